"""The roof: puts the house together, holds no business rule."""
