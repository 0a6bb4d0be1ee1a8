"""The floor of the import: parse the stream and COPY the same columns. `python -m bench.register_floor FILE`.

The least a program could do with the same library: no check, no trimming, no normalised name, no
edition, no index, no constraint. Where our table holds something derived, the floor copies as many bytes as they stand.
"""

import gzip
import os
import sys
from pathlib import Path
from typing import Any

import ijson
import psycopg

from bench.measured import report

BATCH = 4000
ENTITY = "finess_ej,name,search_text,siren,legal_status_code,department,commune_code,postal_code,town"
ENTITY_DATES = "opened_on date,closed_on date,is_open boolean"
PLACE = "finess_et,finess_ej,name,search_text,category_code,siret,department,commune_code,postal_code,town"
PLACE_DATES = "address text,opened_on date,authorised_on date,closed_on date,is_open boolean"


def entity(document: dict[str, Any]) -> tuple[Any, ...]:
    """One EJ, as it stands in the file."""
    facts = document["informationsGeneralesPMEJ"]
    number, name, seat = facts["numFinessPm"], facts["denominationLonguePmSmsse"], document["adresse"][0]
    commune = seat["cogCommune"]
    return (
        *(number, name, name, facts.get("siren"), facts["statutJuridique"], commune[:2], commune),
        *(seat["codePostal"], seat["ligneAcheminement"], facts["dateCreation"], facts.get("dateFermeture")),
        document["etatObjet"] == "A",
    )


def establishment(document: dict[str, Any], finess_ej: str) -> tuple[Any, ...]:
    """One ET, as it stands in the file."""
    facts, place = document["informationsGeneralesEGE"], document["adresse"][-1]
    number, name, commune = facts["numFinessEge"], facts["nomEgeLong"], place["cogCommune"]
    return (
        *(number, finess_ej, name, name, document.get("categorieentiteGeographiqueExercice")),
        *(facts.get("siret"), commune[:2], commune, place["codePostal"], place["ligneAcheminement"]),
        *(place["ligneQuatre"], facts["dateOuverture"], facts["datePremiereAutorisation"], facts.get("dateFermeture")),
        document["etatObjet"] == "A",
    )


def load(path: Path) -> None:
    """Parse and copy, a batch at a time."""
    url = os.environ["CRRC_DATABASE_OWNER_URL"].replace("+psycopg", "")
    with psycopg.connect(url) as connection, gzip.open(path) as stream:
        for table, texts, dates in (("floor_ej", ENTITY, ENTITY_DATES), ("floor_et", PLACE, PLACE_DATES)):
            connection.execute(f"create table {table} ({texts.replace(',', ' text,')} text,{dates})")
        entities: list[tuple[Any, ...]] = []
        establishments: list[tuple[Any, ...]] = []
        for document in ijson.items(stream, "pmej.item"):
            entities.append(entity(document))
            number = entities[-1][0]
            establishments += [establishment(inside, number) for inside in document.get("ege", ())]
            if len(entities) == BATCH:
                copy(connection, "floor_ej", entities)
                copy(connection, "floor_et", establishments)
        copy(connection, "floor_ej", entities)
        copy(connection, "floor_et", establishments)


def copy(connection: psycopg.Connection, table: str, rows: list[tuple[Any, ...]]) -> None:
    """COPY the rows and forget them."""
    with connection.cursor() as cursor, cursor.copy(f"copy {table} from stdin") as writer:
        for row in rows:
            writer.write_row(row)
    rows.clear()


if __name__ == "__main__":
    report(lambda: load(Path(sys.argv[1])))
