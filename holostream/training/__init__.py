"""Training of tiers, in torch: corpus, losses, the loop, the model card. Nothing that plays sound imports it."""
