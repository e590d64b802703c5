from typing import Any

class BaseBackend:
    def __getattr__(self, name: str) -> Any: ...
