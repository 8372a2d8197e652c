"""One design system for every screen: a quiet look, plain words, and pages that work without a script.

`blueprint.py` installs it into an app; `templates/design/base.html` is the frame and
`templates/design/macros.html` the parts that screens are made of; `static/` holds style sheets and scripts,
all served from here. The only scripts are progress (htmx), charts and opening sealed results, so a page may
load nothing from elsewhere and run nothing written into it (`headers.py`).
"""
