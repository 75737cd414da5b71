"""The analytics team's questions, answered by views in the schema `analytics`; one file each in `views/`."""
