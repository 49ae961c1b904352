"""deploy/kubernetes.yaml: valid by Kubernetes' own schemas, and true to image and settings."""

import importlib
import pkgutil
import re
from typing import Any

import httpx
import kubernetes_validate
import pytest
import yaml

import app.server.routes
from app.settings import Settings
from tests.serving import ROOT

OLDEST, NEWEST = "1.28", "1.33"
MANIFEST = (ROOT / "deploy" / "kubernetes.yaml").read_text("utf-8")
OBJECTS: dict[str, Any] = {thing["kind"]: thing for thing in yaml.safe_load_all(MANIFEST)}
PREFIX = Settings.model_config["env_prefix"]


@pytest.fixture
def pod() -> dict[str, Any]:
    return OBJECTS["Deployment"]["spec"]["template"]["spec"]


@pytest.fixture
def container(pod: dict[str, Any]) -> dict[str, Any]:
    (only,) = pod["containers"]
    return only


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("kind", OBJECTS)
def test_it_is_valid_by_the_schemas_of_kubernetes(kind: str, version: str) -> None:
    kubernetes_validate.validate(OBJECTS[kind], version, strict=True)


def test_the_schemas_notice_a_mistake() -> None:
    wrong = yaml.safe_load(MANIFEST.partition("\n---\n")[0].replace("readOnlyRootFilesystem", "readOnlyRootFileSystem"))
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, NEWEST, strict=True)


def test_everything_selects_the_pods() -> None:
    labels = OBJECTS["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert OBJECTS["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert OBJECTS["Service"]["spec"]["selector"] == labels
    assert OBJECTS["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert OBJECTS["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"] == labels
    assert OBJECTS["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == OBJECTS["Deployment"]["metadata"]["name"]


def test_ports_user_and_probes_are_those_of_the_image(pod: dict[str, Any], container: dict[str, Any], live_server: str) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    assert [str(port["containerPort"]) for port in container["ports"]] == re.findall(r"^EXPOSE (\d+)$", dockerfile, re.MULTILINE)
    user, group = re.findall(r"^USER (\d+):(\d+)$", dockerfile, re.MULTILINE)[-1]
    context = pod["securityContext"]
    assert (str(context["runAsUser"]), str(context["runAsGroup"])) == (user, group)
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert httpx.get(live_server + container[probe]["httpGet"]["path"], trust_env=False).status_code == 200
        assert container[probe]["httpGet"]["port"] == container["ports"][0]["name"]


def test_every_variable_is_a_setting_and_the_memory_is_enough(container: dict[str, Any]) -> None:
    names = {variable["name"] for variable in container["env"]}
    assert names
    assert names <= {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert container["resources"]["limits"]["memory"] == "1Gi"
    assert Settings.model_fields["max_megabytes"].default < 1024


def test_a_pod_has_no_more_rights_than_it_needs(pod: dict[str, Any], container: dict[str, Any]) -> None:
    context = container["securityContext"]
    assert (context["allowPrivilegeEscalation"], context["readOnlyRootFilesystem"]) == (False, True)
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert (pod["automountServiceAccountToken"], pod["securityContext"]["runAsNonRoot"]) == (False, True)
    assert OBJECTS["NetworkPolicy"]["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert "egress" not in OBJECTS["NetworkPolicy"]["spec"]


def test_service_links_do_not_overwrite_settings(pod: dict[str, Any]) -> None:
    """A service called unrolled would give its pods UNROLLED_PORT=tcp://…, and the application wouldn't start."""
    assert OBJECTS["Service"]["metadata"]["name"].upper() + "_PORT" == f"{PREFIX}PORT"
    assert pod["enableServiceLinks"] is False


def test_a_pod_may_finish_what_it_has_begun(pod: dict[str, Any], container: dict[str, Any]) -> None:
    values = {variable["name"]: variable["value"] for variable in container["env"]}
    draining = float(values[f"{PREFIX}DRAIN_SECONDS"])
    assert draining >= container["readinessProbe"]["periodSeconds"] * container["readinessProbe"]["failureThreshold"]
    assert pod["terminationGracePeriodSeconds"] > draining + Settings.model_fields["shutdown_seconds"].default


def test_the_ingress_opens_every_route_but_those_of_operators() -> None:
    rules = OBJECTS["Ingress"]["spec"]["rules"][0]["http"]["paths"]
    modules = [importlib.import_module(f"app.server.routes.{module.name}") for module in pkgutil.iter_modules(app.server.routes.__path__)]
    routes = {route.path for module in modules for route in module.router.routes} | {"/static/", "/openapi.json"}
    opened = {route for route in routes if any(opens(rule, route) for rule in rules)}
    assert routes - opened == {"/healthz", "/readyz", "/metrics"}


def opens(rule: dict[str, Any], path: str) -> bool:
    return path.startswith(rule["path"]) if rule["pathType"] == "Prefix" else path == rule["path"]


def test_hosts_agree(container: dict[str, Any]) -> None:
    (rule,) = OBJECTS["Ingress"]["spec"]["rules"]
    values = {variable["name"]: variable["value"] for variable in container["env"]}
    assert values[f"{PREFIX}ALLOWED_HOSTS"] == rule["host"] == OBJECTS["Ingress"]["spec"]["tls"][0]["hosts"][0]
