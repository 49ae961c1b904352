"""Options and settings are checked before anything starts, and what is wrong with them is said in words."""

import pytest

import app
from app.command_line import PREFIX, settings_from
from app.settings import Settings


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)


def refused(capsys: pytest.CaptureFixture[str], arguments: list[str] | None = None) -> list[str]:
    """The lines on standard error of a start that is refused with status 2."""
    with pytest.raises(SystemExit) as ended:
        settings_from(arguments or [])
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err.splitlines()


def test_without_options_the_environment_counts_and_then_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_from([]) == Settings.model_construct()
    monkeypatch.setenv("UNROLLED_PORT", "8123")
    monkeypatch.setenv("UNROLLED_ALLOWED_HOSTS", "a.example, b.example")
    assert settings_from([]) == Settings.model_construct(port=8123, allowed_hosts=("a.example", "b.example"))


def test_names_and_origins_as_requests_have_them(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("School.example", "*.class.example", "teacher", "127.0.0.1", "::1", "*")
    origins = ("https://site.example", "http://127.0.0.1:3000", "http://[::1]:3000", "null", "*")
    monkeypatch.setenv("UNROLLED_ALLOWED_HOSTS", ",".join(names))
    monkeypatch.setenv("UNROLLED_CORS_ORIGINS", " , ".join(origins))
    settings = settings_from([])
    assert (settings.allowed_hosts, settings.cors_origins) == (names, origins)


def test_options_count_more_than_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLED_PORT", "8123")
    monkeypatch.setenv("UNROLLED_HOST", "10.0.0.1")
    settings = settings_from(["--host", "0.0.0.0", "--port=0"])
    assert (settings.host, settings.port) == ("0.0.0.0", 0)


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("PORT", "abc", "UNROLLED_PORT: got 'abc', allowed: a whole number from 0 to 65535. Unset it for the default, 8000."),
        ("PORT", "", "UNROLLED_PORT: got '', allowed: a whole number from 0 to 65535. Unset it for the default, 8000."),
        ("PORT", "65536", "UNROLLED_PORT: got '65536', allowed: a whole number from 0 to 65535. Unset it for the default, 8000."),
        ("HOST", "", "UNROLLED_HOST: got '', allowed: text that isn't empty. Unset it for the default, 127.0.0.1."),
        ("MAX_SECONDS", "-1", "UNROLLED_MAX_SECONDS: got '-1', allowed: a number above 0. Unset it for the default, 10.0."),
        ("MAX_SECONDS", "inf", "UNROLLED_MAX_SECONDS: got 'inf', allowed: a number above 0. Unset it for the default, 10.0."),
        ("MAX_SECONDS", "nan", "UNROLLED_MAX_SECONDS: got 'nan', allowed: a number above 0. Unset it for the default, 10.0."),
        ("QUEUE_LENGTH", "1.5", "UNROLLED_QUEUE_LENGTH: got '1.5', allowed: a whole number from 0 on. Unset it for the default, 64."),
        ("LOG_LEVEL", "x", "UNROLLED_LOG_LEVEL: got 'x', allowed: debug, info, warning, error. Unset it for the default, info."),
        *(
            (
                "ALLOWED_HOSTS",
                value,
                (
                    f"UNROLLED_ALLOWED_HOSTS: got '{value}', allowed: values like school.example, *.school.example, *, "
                    "separated by commas. Unset it for the default, none."
                ),
            )
            for value in ("https://school.example", "school.example:8000", "school.example/", "a.*.example", "school.example.")
        ),
        *(
            (
                "CORS_ORIGINS",
                value,
                (
                    f"UNROLLED_CORS_ORIGINS: got '{value}', allowed: values like https://site.example, "
                    "http://127.0.0.1:3000, *, separated by commas. Unset it for the default, none."
                ),
            )
            for value in ("site.example", "https://site.example/", "https://Site.example", "https://*.site.example")
        ),
        ("PRT", "80", "UNROLLED_PRT: there is no setting of this name. Did you mean UNROLLED_PORT?"),
        ("MAX_SECOND", "1", "UNROLLED_MAX_SECOND: there is no setting of this name. Did you mean UNROLLED_MAX_SECONDS?"),
        ("ZZZZZZZZZZZZ", "1", "UNROLLED_ZZZZZZZZZZZZ: there is no setting of this name. Unset it; --help lists the settings."),
    ],
)
def test_a_setting_that_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, line: str
) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    assert refused(capsys) == [f"unrolled: {line}"]


def test_an_option_that_is_wrong_is_named_as_it_was_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, ["--port", "x"]) == [
        "unrolled: --port: got 'x', allowed: a whole number from 0 to 65535. Leave it out for 8000."
    ]
    assert "unrecognized arguments: --prt 80" in refused(capsys, ["--prt", "80"])[-1]


def test_every_mistake_has_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("UNROLLED_PRT", "80")
    monkeypatch.setenv("UNROLLED_WORKERS", "0")
    assert [line.split()[1] for line in refused(capsys, ["--port", "x"])] == ["UNROLLED_PRT:", "--port:", "UNROLLED_WORKERS:"]


def test_every_setting_says_what_it_allows(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in Settings.model_fields:
        with monkeypatch.context() as patched:
            patched.setenv(f"{PREFIX}{name.upper()}", "" if name == "host" else "no value")
            (line,) = refused(capsys)
        assert line.startswith(f"unrolled: {PREFIX}{name.upper()}: got '")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        settings_from(["--version"])
    assert (ended.value.code, capsys.readouterr().out) == (0, f"unrolled {app.__version__}\n")


def test_help_lists_options_and_every_variable(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        settings_from(["--help"])
    text = capsys.readouterr().out
    assert ended.value.code == 0
    for word in ("--host", "--port", "--version", *(f"{PREFIX}{name.upper()}\n" for name in Settings.model_fields)):
        assert word in text
