"""The only place that speaks HTTP: credentials go on here, errors are wrapped here, policies are asked here."""
