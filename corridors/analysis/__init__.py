"""Questions asked of a network beyond one route: each module is one kind of question."""
