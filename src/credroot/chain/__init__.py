"""The registry on a chain: artifact, deployments, reader, writer, the embedded chain."""
