"""compose.yaml: valid by the specification's schema, and true to the image and to nginx's configuration."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.settings import Settings
from tests.serving import ROOT

FILES = ("compose.yaml", "compose.tls.yaml")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]


@pytest.mark.parametrize("name", FILES)
def test_it_is_valid_by_the_compose_specification(name: str) -> None:
    assert valid(ROOT / name) == ""


def test_the_schema_notices_a_mistake(tmp_path: Path) -> None:
    wrong = tmp_path / "compose.yaml"
    wrong.write_text((ROOT / "compose.yaml").read_text("utf-8").replace("read_only:", "readonly:"), "utf-8")
    assert "readonly" in valid(wrong)


def valid(path: Path) -> str:
    """What the schema that ships with check-jsonschema finds wrong."""
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "--verbose", str(path)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("name", FILES)
def test_every_file_that_it_mounts_is_in_the_repository(name: str) -> None:
    services = yaml.safe_load((ROOT / name).read_text("utf-8"))["services"]
    mounts = [mount.split(":") for service in services.values() for mount in service.get("volumes", [])]
    assert mounts
    for source, _, mode in mounts:
        assert mode == "ro"
        assert (ROOT / source).exists() or source == "./deploy/tls"  # which the operator makes


def test_what_it_starts_is_there_and_may_be_executed(services: dict[str, Any]) -> None:
    (command,) = services["web"]["command"]
    script = ROOT / "deploy" / "nginx" / Path(command).name
    assert command == f"/etc/nginx/unrolled/{script.name}"
    assert script.stat().st_mode & 0o111


def test_ports_agree_with_image_and_nginx(services: dict[str, Any]) -> None:
    nginx = {path.name: path.read_text("utf-8") for path in (ROOT / "deploy" / "nginx").glob("*.conf")}
    exposed = re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)
    assert services["app"]["expose"] == exposed
    assert f"server app:{exposed[0]} resolve" in nginx["upstream.conf"]
    published = services["web"]["ports"][0].rpartition(":")[2]
    assert f"listen {published};" in nginx["listen.conf"]
    (health,) = re.findall(r"listen (\d+);", nginx["status.conf"])
    assert services["web"]["healthcheck"]["test"][-1] == f"http://127.0.0.1:{health}/healthz"
    (tls,) = re.findall(r"listen (\d+) ssl;", nginx["listen-tls.conf"])
    assert f":{tls}" in (ROOT / "compose.tls.yaml").read_text("utf-8")


def test_only_nginx_is_reached_from_outside(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["web"]
    assert services["app"]["networks"] == ["inside"]
    assert yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["networks"]["inside"] == {"internal": True}


@pytest.mark.parametrize("name", ["web", "app"])
def test_containers_have_no_more_rights_than_they_need(services: dict[str, Any], name: str) -> None:
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    user = service.get("user") or re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)[-1]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)


def test_every_variable_is_a_setting_that_its_default_suits(services: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    settings = dict(services["app"]["environment"])
    assert settings.pop("FORWARDED_ALLOW_IPS") == "*"  # uvicorn's own; only nginx is in the network where the application listens
    for name, value in settings.items():
        (variable, default) = re.fullmatch(r"\$\{(\w+):-(.*)\}", value).groups()
        assert variable == name
        monkeypatch.setenv(name, default)
    names = {f"UNROLLED_{field.upper()}" for field in Settings.model_fields}
    assert set(settings) <= names
    assert Settings().workers == 2


def test_a_copy_may_finish_what_it_has_begun(services: dict[str, Any]) -> None:
    grace = int(services["app"]["stop_grace_period"].removesuffix("s"))
    assert grace > Settings.model_fields["shutdown_seconds"].default
