"""Who may do what to the register: everybody reads it, the operator alone imports it."""

from kit.permissions import Table, anyone, nobody

PERMISSIONS: Table = {
    "register.view": anyone,
    "register.import": nobody,
}
