"""People: organisations, sites, contacts, agents, teams, skills, roles, sign-in."""
