"""The front door from a checkout: `python cli.py run base` is `rekodiq run base`."""

from model.commands import main

if __name__ == "__main__":
    main()
