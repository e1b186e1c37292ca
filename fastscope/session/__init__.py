"""Sessions, and the initialization of variables."""

from .session import ConfigProto, GPUOptions, InteractiveSession, Session, get_default_session

__all__ = ["ConfigProto", "GPUOptions", "InteractiveSession", "Session", "get_default_session"]
