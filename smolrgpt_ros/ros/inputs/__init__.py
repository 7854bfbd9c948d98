"""Subscriptions, pairing by stamp, frames."""
