"""Nodes are lost, isolated and updated while the stack works; nothing is lost, nothing is twice."""
