"""What is true of the register without reading it: numbers, places, names, nomenclatures, what is accepted."""
