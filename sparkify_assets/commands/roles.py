"""`sparkify roles`: the roles that read and that load."""

import typer

from sparkify_assets.errors import SparkifyError


def roles() -> None:
    """Create the roles sparkify_reader and sparkify_loader and give them their rights, or say how that is done by hand.

    Every load does so too, where it may.
    """
    # Loaded only now, so that other commands need not wait for it.
    from sparkify_assets.analytics.refresh import grant_roles
    from sparkify_assets.commands.surroundings import load_env_file
    from sparkify_assets.defs.resources import database_url
    from sparkify_assets.postgres.connection import connected, describe
    from sparkify_assets.settings import read_settings

    load_env_file()
    try:
        url = database_url(read_settings())
        with connected(url, application_name="sparkify roles") as connection:
            statements = grant_roles(connection)
    except SparkifyError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    if statements:
        typer.echo(
            f"The roles are not there, and whoever the URL names may not create them in {describe(url)}. Have it done "
            "by somebody who may; then the next load, or this command, gives them their rights:\n"
        )
        typer.echo("\n".join(f"  {statement};" for statement in statements))
        raise typer.Exit(1)
    typer.echo(
        "sparkify_reader  reads the star and its answers, and nothing else: GRANT sparkify_reader TO somebody;\n"
        "sparkify_loader  loads, and nothing else:                          GRANT sparkify_loader TO somebody;"
    )
