"""What Alembic runs to apply revisions; the same for every app, so apps keep revisions only."""

from alembic import context

settings = context.config.attributes

context.configure(
    connection=settings["connection"],
    target_metadata=settings.get("metadata"),
    version_table=settings["version_table"],
    render_as_batch=True,  # SQLite changes tables by rebuilding them
    transactional_ddl=True,  # the caller's transaction covers everything, on both databases
)
context.run_migrations()
