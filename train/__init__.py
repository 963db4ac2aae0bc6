"""How `skill/hearing/adaptation.npz` is made; nothing here is part of the product."""
