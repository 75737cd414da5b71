"""Tell a webhook, and never wait long for it."""

import json
import threading
import urllib.error
import urllib.request
from http import HTTPStatus

PATIENCE_S = 5.0  # a tick of Dagster's tells of up to five runs, and the other sensors wait for it


def tell(url: str, text: str, *, patience_s: float = PATIENCE_S) -> str:
    """Post the text as JSON, in the form that Slack, Mattermost and the like read.

    Returns:
        '' where the webhook took it, else why not, without the URL: its path is often a secret. Nothing is ever raised,
        and the call ends in time, whatever the other side does.
    """
    answers: list[str] = []
    # A timeout of the socket starts anew with each byte: a thread of its own ends the wait for good.
    sender = threading.Thread(target=lambda: answers.append(_send(url, text, patience_s)), daemon=True)
    sender.start()
    sender.join(patience_s)
    return answers[0] if answers else f"it did not answer within {patience_s:g} s"


def _send(url: str, text: str, patience_s: float) -> str:
    body, headers = json.dumps({"text": text}).encode(), {"Content-Type": "application/json"}
    try:
        request = urllib.request.Request(url, body, headers, method="POST")
        with urllib.request.urlopen(request, timeout=patience_s) as response:
            status = response.status
    except urllib.error.HTTPError as error:
        with error:
            status = error.code
    except TimeoutError:
        return f"it did not answer within {patience_s:g} s"
    except Exception as error:
        return f"{type(getattr(error, 'reason', error)).__name__}, no answer"
    return "" if HTTPStatus(200) <= status < HTTPStatus(300) else f"it answered {status}"
