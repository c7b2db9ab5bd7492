"""The proxy of the environment that a request goes through, as messages name it."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from dynclient.masking import mask_url

PROXY_HINT = "it is set by HTTP_PROXY, HTTPS_PROXY or ALL_PROXY; NO_PROXY leaves a host out"


def find_environment_proxy(url: str) -> str:
    """Return the URL of the proxy that the environment names for a URL, without its user.

    Returns:
        "" where none is named, or the host is left out.

    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        proxies = getproxies()
        proxy = proxies.get(parts.scheme) or proxies.get("all", "")
        if not proxy or not host or proxy_bypass(host):
            return ""
    except (OSError, ValueError):  # of a system that keeps its proxies elsewhere
        return ""
    return mask_url(proxy if "://" in proxy else f"http://{proxy}")
