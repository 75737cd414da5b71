"""The command `sparkify`: what is no Dagster command."""

import typer

from sparkify_assets.commands import ask, generate, roles

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def sparkify() -> None:
    """What Sparkify's project does beside Dagster's own commands."""


app.command("generate")(generate.generate)
app.command("ask")(ask.ask)
app.command("roles")(roles.roles)
