"""Navigation, the home page's composition, global search and the command palette."""
