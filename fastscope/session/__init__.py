"""Sessions, and the initialization of variables."""

from .options import ConfigProto, GPUOptions
from .session import InteractiveSession, Session, get_default_session

__all__ = ["ConfigProto", "GPUOptions", "InteractiveSession", "Session", "get_default_session"]
