"""The files of the infrastructure, held to the code."""
