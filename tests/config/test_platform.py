"""Probes, the role that the platform refuses, and the message catalogues."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.utils import translation

from config import translations


def test_probes_answer_without_signing_in(client: Client, db: None) -> None:
    assert client.get("/healthz").content == b"ok\n"
    found = client.get("/readyz").json()
    assert (found["database"], found["redis"]) == ("ok", "ok")


def test_readiness_names_what_is_missing(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("secret address")

    monkeypatch.setattr("config.views.cache.set", refuse)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"database": "ok", "redis": "ConnectionError", "nights": None}


def test_the_owner_is_refused_as_the_applications_role(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.DATABASE_OWNER is not None
    application = dict(connection.settings_dict)
    connection.close()
    wrapper = connection
    wrapper.settings_dict.update(
        {key: settings.DATABASE_OWNER[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}
    )
    try:
        with pytest.raises(ImproperlyConfigured, match="owns tables"):
            wrapper.ensure_connection()
    finally:
        wrapper.close()
        wrapper.settings_dict.update(
            {key: application[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}
        )


def test_every_text_has_its_chinese() -> None:
    assert translations.faults(settings.BASE_DIR, "zh_Hans") == []


def test_texts_are_found_in_python_and_in_templates(tmp_path: Path) -> None:
    (tmp_path / "ui").mkdir()
    (tmp_path / "ui" / "a.py").write_text('x = _("One")\ny = pgettext("tea", "Two")\n')
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.html").write_text(
        '{% translate "Three" %} {% blocktranslate count n=n %}one {{ x }}{% plural %}{{ n }} of '
        "{{ x }}{% endblocktranslate %}"
    )
    found = {(each.context, each.singular, each.plural) for each in translations.collect(tmp_path)}
    assert found == {
        (None, "One", None),
        ("tea", "Two", None),
        (None, "Three", None),
        (None, "one %(x)s", "%(n)s of %(x)s"),
    }


def test_a_missing_text_and_a_lost_placeholder_are_faults(tmp_path: Path) -> None:
    (tmp_path / "ui").mkdir()
    (tmp_path / "ui" / "a.py").write_text('_("Hello %(name)s")\n_("Bye")\n')
    translations.update(tmp_path, "zh_Hans")
    path = translations.catalogue_path(tmp_path, "zh_Hans")
    path.write_text(path.read_text().replace('s"\nmsgstr ""', 's"\nmsgstr "你好"'))
    assert [fault.split(": ", 1)[1] for fault in translations.faults(tmp_path, "zh_Hans")] == [
        "placeholders differ in zh_Hans for “Hello %(name)s”",
        "no zh_Hans text for “Bye”",
    ]


def test_both_languages_are_served(client: Client, db: None) -> None:
    for language, lang in (("en", "en"), ("zh-hans", "zh-Hans")):
        response = client.get("/accounts/login/", headers={"accept-language": language})
        assert f'lang="{lang}"' in response.content.decode()
    assert translation.get_language() == "en"
