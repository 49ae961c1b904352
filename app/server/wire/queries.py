"""Reading a query that is one flat model: pydantic's own validation, and nothing before it but a look for repeated names."""

import inspect
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from app.contract.forms import PAGE_PARAMETERS, Form
from app.server.http.errors import RepeatedParameter

Model = TypeVar("Model", bound=BaseModel)

LIST = "include"  # the one parameter that is a list


class QueryRoute(APIRoute):
    """A route that reads the query of `endpoint(request, server, query)` by itself; every other endpoint is left to FastAPI.

    FastAPI looks up each declared name in the query before it validates: for 40 names that takes ten times as long as the validation.
    What it derives from the declaration, the OpenAPI document above all, stays as it is.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler."""
        names = inspect.signature(self.endpoint).parameters.keys()
        if names != {"request", "server", "query"}:
            return super().get_route_handler()
        model = self.dependant.query_params[0].field_info.annotation
        assert isinstance(model, type)
        assert issubclass(model, BaseModel)
        before = [dependency.dependency for dependency in self.dependencies]

        async def handle(request: Request) -> Response:
            for check in before:
                assert check is not None
                await check(request)
            query = validated(request, model)
            response = await self.endpoint(request=request, server=request.app.state.server, query=query)
            assert isinstance(response, Response)
            return response

        return handle


def validated(request: Request, model: type[Model]) -> Model:
    """The query as a model.

    Raises
    ------
    RequestValidationError
        As FastAPI raises it.
    """
    try:
        return model.model_validate(values(request))
    except ValidationError as error:
        problems = error.errors(include_url=False)
        raise RequestValidationError([{**problem, "loc": ("query", *problem["loc"])} for problem in problems]) from None


def values(request: Request) -> dict[str, Any]:
    """The last value of every name; all of those of `include`."""
    found: dict[str, Any] = dict(request.query_params)
    if LIST in found:
        found[LIST] = request.query_params.getlist(LIST)
    return found


def models_of(request: Request) -> list[type[BaseModel]]:
    """The models that the route of this request reads from its query and body."""
    dependant = request.scope["route"].dependant
    annotations = [field.field_info.annotation for field in (*dependant.query_params, *dependant.body_params)]
    return [annotation for annotation in annotations if hasattr(annotation, "model_fields")]


def form_of(request: Request) -> Form:
    """The form of the parameters that the route of this request reads."""
    form: Form = next(model.form for model in models_of(request) if hasattr(model, "form"))
    return form


async def each_parameter_once(request: Request) -> None:
    """Refuse a query that gives a parameter twice, except `include`, which is a list, and what only the page reads."""
    names = {name for model in models_of(request) for name in model.model_fields} - {LIST, *PAGE_PARAMETERS}
    count = Counter(name for name, _ in request.query_params.multi_items())
    for name, times in count.items():
        if times > 1 and name in names:
            raise RepeatedParameter(name, request.query_params.getlist(name))
