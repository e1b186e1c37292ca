"""SessionManager: sessions whose variables have their values.

Source: tensorflow/python/training/session_manager.py (TF 1.15).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from .. import logging
from ..checkpoint.saver import get_checkpoint_state
from ..errors import FailedPreconditionError
from ..errors import monitored as errors
from ..graph import Graph, get_default_graph
from ..session.session import Session

__all__ = ["SessionManager"]


class SessionManager:
    """Makes sessions, with the latest checkpoint if there is one.

    Args:
        local_init_op: run in each session, when what `ready_for_local_init_op` asks for is there.
        ready_op: a tensor of the names of variables without values; None = nobody looks.
        ready_for_local_init_op: the same, before local_init_op.
        graph: None = the default one.
        recovery_wait_secs: from one look at what is waited for to the next.
        local_init_run_options: kept for TF's sake.
        local_init_feed_dict: for local_init_op.

    Raises:
        ValueError: ready_for_local_init_op without a local_init_op.
    """

    def __init__(
        self,
        local_init_op: Any = None,
        ready_op: Any = None,
        ready_for_local_init_op: Any = None,
        graph: Graph | None = None,
        recovery_wait_secs: float = 30,
        local_init_run_options: Any = None,
        local_init_feed_dict: Any = None,
    ) -> None:
        if ready_for_local_init_op is not None and local_init_op is None:
            raise errors.no_local_init_op(ready_for_local_init_op)
        self._local_init_op, self._local_feed = local_init_op, local_init_feed_dict
        self._ready_op, self._ready_for_local_init_op = ready_op, ready_for_local_init_op
        self._graph = graph or get_default_graph()
        self._wait = recovery_wait_secs

    def prepare_session(
        self,
        master: str,
        init_op: Any = None,
        saver: Any = None,
        checkpoint_dir: str | None = None,
        checkpoint_filename_with_path: str | None = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        config: Any = None,
        init_feed_dict: Any = None,
        init_fn: Callable[[Any], Any] | None = None,
    ) -> Session:
        """Return a session whose variables have their values: those of a checkpoint, or their first ones.

        Args:
            master: must be ''.
            init_op, init_feed_dict: run where there is no checkpoint.
            saver: Saver, which reads it.
            checkpoint_dir: where checkpoints are; or
            checkpoint_filename_with_path: the one.
            wait_for_checkpoint: whether to wait for one, `max_wait_secs` at most.
            config: ConfigProto.
            init_fn: callable(session), after init_op.

        Raises:
            RuntimeError: variables have no value in the end.
            ValueError: a folder and a checkpoint.
        """
        session, restored = self._restored(
            master, saver, checkpoint_dir, checkpoint_filename_with_path, wait_for_checkpoint, max_wait_secs, config
        )
        if not restored:
            if init_op is None and not init_fn and self._local_init_op is None:
                raise errors.nothing_initializes()
            if init_op is not None:
                session.run(init_op, init_feed_dict)
            if init_fn:
                init_fn(session)
        missing = self._initialize_local(session)
        if missing is not None:
            raise errors.not_ready_for_local_init(_name(init_op), init_fn, missing)
        missing = _missing(self._ready_op, session)
        if missing is not None:
            raise errors.not_ready(_name(init_op), init_fn, self._local_init_op, missing)
        return session

    def recover_session(
        self,
        master: str,
        saver: Any = None,
        checkpoint_dir: str | None = None,
        checkpoint_filename_with_path: str | None = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        config: Any = None,
    ) -> tuple[Session, bool]:
        """Return a session, and whether a checkpoint gave all its variables their values; see `prepare_session`."""
        session, restored = self._restored(
            master, saver, checkpoint_dir, checkpoint_filename_with_path, wait_for_checkpoint, max_wait_secs, config
        )
        missing = self._initialize_local(session)
        if not restored:
            return session, False
        if missing is None:
            missing = _missing(self._ready_op, session)
        where = checkpoint_dir or checkpoint_filename_with_path
        if missing is not None:
            logging.info("The checkpoint of %s did not give all variables their values: %s", where, missing)
            return session, False
        logging.info("Restored the variables from %s", where)
        return session, True

    def wait_for_session(self, master: str, config: Any = None, max_wait_secs: float | None = float("inf")) -> Session:
        """Return a session once something else, a thread say, gave the variables their values.

        Raises:
            DeadlineExceededError: that took longer than `max_wait_secs`.
        """
        longest = float("inf") if max_wait_secs is None else max_wait_secs
        end = time.monotonic() + longest
        while True:
            session = Session(master, self._graph, config)
            missing = self._initialize_local(session)
            if missing is None:
                missing = _missing(self._ready_op, session)
            if missing is None:
                return session
            with suppress(Exception):
                session.close()
            if max(0.0, end - time.monotonic()) < self._wait:
                raise errors.waited_too_long(longest, missing)
            logging.info("Waiting for variables to have values: %s", missing)
            time.sleep(self._wait)

    def _restored(
        self, master: str, saver: Any, folder: Any, path: Any, waits: bool, longest: float, config: Any
    ) -> tuple[Session, bool]:
        if folder and path:
            raise errors.folder_and_checkpoint()
        session = Session(master, self._graph, config)
        if not saver or not (folder or path):
            return session, False
        if path:
            saver.restore(session, path)
            return session, True
        waited = 0.0
        state = get_checkpoint_state(folder)
        while state is None or not state.model_checkpoint_path:
            if not waits or waited >= longest:
                return session, False
            logging.info("Waiting for a checkpoint in %s", folder)
            time.sleep(self._wait)
            waited += self._wait
            state = get_checkpoint_state(folder)
        saver.restore(session, state.model_checkpoint_path)
        saver.recover_last_checkpoints(state.all_model_checkpoint_paths)
        return session, True

    def _initialize_local(self, session: Session) -> str | None:
        """Run local_init_op if it can be; return what it waits for, else None."""
        if self._local_init_op is None:
            return None
        missing = _missing(self._ready_for_local_init_op, session)
        if missing is None:
            session.run(self._local_init_op, self._local_feed)
        return missing


def _missing(op: Any, session: Session) -> str | None:
    """Return what is missing, as a tensor of names says; None = nothing."""
    if op is None:
        return None
    try:
        names = session.run(op)
    except FailedPreconditionError as reason:
        if "uninitialized" not in str(reason):
            raise
        return str(reason)
    if names is None or getattr(names, "dtype", np.dtype(int)).kind != "O" or not names.size:
        return None
    return "Variables not initialized: " + ", ".join(name.decode() for name in names.ravel())


def _name(op: Any) -> str:
    if op is None:
        return "None"
    return str(getattr(op, "name", f"<no name for {type(op)}>"))
