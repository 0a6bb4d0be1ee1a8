"""`python -m tests.peers.stripe --port 12111 --account acct_demo123:rk_test_demo123:whsec_demo123:ADDRESS`.

ADDRESS is the portal's webhook. Then `CRRC_STRIPE_API_BASE=http://127.0.0.1:12111 crrc dev`. Events are sent at once;
`POST /_control/manners` holds them.
"""

import argparse
import time

from tests.peers.stripe.server import Peer


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument(
        "--account", action="append", default=[], help="account:key:webhook secret:webhook address; several times"
    )
    parser.add_argument("--held", action="store_true", help="hold the events until POST /_control/flush")
    asked = parser.parse_args()
    peer = Peer()
    for written in asked.account:
        account_id, key, secret, url = written.split(":", 3)
        peer.account(account_id, key)
        peer.post.listen(url, secret, account_id)
    peer.post.manners.held = asked.held
    peer.start(port=asked.port)
    print(peer.address, flush=True)  # noqa: T201
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        peer.stop()


main()
