"""The session: what is open, shown, pinned and drawn; frozen states, and one signal when they change."""

from latent_explorer.session.opened import OpenBundle, begin_opening, open_bundle
from latent_explorer.session.session import How, Pin, Route, Selection, Session, State
from latent_explorer.session.store import SessionStore
