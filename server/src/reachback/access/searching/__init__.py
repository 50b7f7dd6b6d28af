"""Finding recordings: by person, device, case, period and by what was entered."""
