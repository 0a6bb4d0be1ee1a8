"""Who listens to what, on one page. A topic is `thing.move`; a listener is a step that takes the transaction and the news."""

from kit.relay import Subscriptions

SUBSCRIPTIONS: Subscriptions = {}
