"""What the catalogue, the market and its providers do when something happens, or when its hour has come."""
