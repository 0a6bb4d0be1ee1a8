"""The API's frame: every package's views under /api/v1/<tenant>, one description, one error body, a page offline."""

from typing import Any

from flask import Flask, current_app, jsonify, url_for
from flask_smorest import Api
from marshmallow import Schema, fields
from werkzeug.wrappers import Response

from app.api_answers import named
from app.rooms import blueprints
from kit.web import page, permission

PREFIX = "/api/v1"
DESCRIPTION = (
    "Portail des centres régionaux de ressources cyber. Chaque adresse commence par celle du portail "
    "(`/api/v1/bretagne/…`). Les erreurs suivent la RFC 9457 (`application/problem+json`)\N{NO-BREAK SPACE}: "
    "`detail` est une phrase, `code` est stable, `fields` donne une phrase par champ. Les instants sont en UTC "
    "(ISO 8601), les montants en centimes."
)
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token that somebody of the GRADeS made."},
    "oauth2": {
        "type": "oauth2",
        "description": "A token of an hour, asked for by a client (RFC 6749 §4.4). Scopes are actions (`invoice.view`) "
        "or things (`invoice`).",
        "flows": {"clientCredentials": {"tokenUrl": "oauth/token", "scopes": {}}},
    },
    "client": {"type": "http", "scheme": "basic", "description": "client_id and client_secret, for a token."},
}
PROBLEM_TYPE = "application/problem+json"


class Problem(Schema):
    """What went wrong (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "A sentence, in French."})
    code = fields.String(required=True, metadata={"description": "Stable, for programs."})
    request_id = fields.String(allow_none=True)
    fields_ = fields.Dict(
        keys=fields.String(), values=fields.String(), data_key="fields", metadata={"description": "Sentence by path."}
    )


class HouseApi(Api):
    """flask-smorest, with our one error body; app.faults answers every error."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """app.faults has registered them."""

    def _register_responses(self) -> None:
        """Errors are described with their own media type."""
        self.DEFAULT_RESPONSE_CONTENT_TYPE = PROBLEM_TYPE
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = Api.DEFAULT_RESPONSE_CONTENT_TYPE


def install(app: Flask) -> None:
    """Mount the API and its description."""
    app.config.update(API_TITLE="Portail CRRC", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    api = HouseApi(app, spec_kwargs={"info": {"description": DESCRIPTION}})
    for name, scheme in SECURITY.items():
        api.spec.components.security_scheme(name, scheme)
    api.spec.options["security"] = [{"bearer": []}, {"oauth2": []}, {}]
    for blueprint in blueprints("api"):
        written = blueprint.url_prefix or ""
        mounted = written if written.startswith(PREFIX) else f"{PREFIX}/<tenant>{written.removeprefix('/<tenant>')}"
        api.register_blueprint(blueprint, url_prefix=mounted)
    app.add_url_rule(f"{PREFIX}/openapi.json", "openapi", openapi)
    app.add_url_rule(f"{PREFIX}/docs", "api_docs", docs)


@permission("public.view")
def openapi() -> Response:
    """The description, OpenAPI 3.1."""
    api: Any = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    response = jsonify(named(api.spec.to_dict()))
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


@permission("public.view")
def docs() -> Response:
    """The description as a page, from our own files."""
    return page("api/docs.html", openapi_url=url_for("openapi"))
