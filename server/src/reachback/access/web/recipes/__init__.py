"""Pages of recipes: the library, running one, and what came of it."""
