"""Names of the register as people write them."""

import pytest

from finess.rules.names import readable


@pytest.mark.parametrize(
    ("name", "read"),
    [
        (
            "ASSOCIATION D'AIDE A DOMICILE DU CANTON DE BAGUER MORVAN",
            "Association d'aide à domicile du canton de Baguer Morvan",
        ),
        ("ASSOCIATION L'ENVOL", "Association l'Envol"),
        ("EHPAD ST-JOSEPH", "EHPAD St-Joseph"),
        ("CCAS DE DINARD", "CCAS de Dinard"),
        ("CH  DE SAINT-MALO", "CH de Saint-Malo"),
        ("SANTE ET SOLIDARITE EN PAYS DE REDON", "Santé et solidarité en pays de Redon"),
        ("FOYER BATIMENT A", "Foyer Batiment A"),
        ("Association Les Églantines", "Association Les Églantines"),
        ("", ""),
    ],
)
def test_a_name_in_capitals_is_read_calmly(name: str, read: str) -> None:
    assert readable(name) == read
    assert readable(read) == read
