"""The best markdowns of given stock: allowed price paths, what each earns, and the best of them within budgets."""
