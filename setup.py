"""Which packages are installed; everything else about the project is in pyproject.toml."""

from setuptools import find_packages, setup

# The folders cli/ and corpora/ are installed under the names nmt_cli and nmt_corpora, so that no package called
# "cli" or "corpora" lands in anybody's site-packages. Their modules import each other relatively.
INSTALLED_AS = {"cli": "nmt_cli", "corpora": "nmt_corpora"}
NOT_INSTALLED = ("corpora.grammar", "corpora.grammar.*")  # it wrote the bundled corpus, which is all that users need

folders = find_packages(include=["nmt", "nmt.*", "cli", "cli.*", "corpora", "corpora.*"], exclude=NOT_INSTALLED)
roots = [(name.partition(".")[0], name) for name in folders]

setup(
    packages=[INSTALLED_AS.get(root, root) + name[len(root) :] for root, name in roots],
    package_dir={installed: folder for folder, installed in INSTALLED_AS.items()},
)
