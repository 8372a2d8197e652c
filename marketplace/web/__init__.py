"""The screens of the market: what a buyer sees, and what an operator sees.

A view parses, calls one service and renders; nothing is decided here. Every page works without scripts,
except the two on which a buyer's own keys are used: making them and opening a result happen in the browser,
so that the market never holds what opens an answer.
"""
