"""What campaigns ask of other programs: typesetting."""
