"""Programs that run in processes of their own against a sandbox, ours and the SDK's; each prints one line of JSON."""
