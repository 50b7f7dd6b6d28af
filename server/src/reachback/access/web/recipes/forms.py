"""The form of a recipe: three scripts chosen from the library. It parses; operations decide."""

from collections.abc import Sequence
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy

from reachback.access.models import Recipe, ScriptVersion
from reachback.access.recipes.kinds import STEPS

_LABELS = {
    "check": gettext_lazy("Check: is it there? (exit status 0, 10 absent, 11 another version)"),
    "apply": gettext_lazy("Apply: install it"),
    "verify": gettext_lazy("Verify: is it whole? (exit status 0)"),
}


class RecipeForm(forms.Form):
    """What a recipe is called, what it installs, and its three scripts."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    about = forms.CharField(label=gettext_lazy("What it does"), max_length=300, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("What it installs"), choices=Recipe.Kind.choices)

    def __init__(self, sent: object = None, *, parts: Sequence[ScriptVersion] = ()) -> None:
        super().__init__(sent)  # type: ignore[arg-type]
        for step in STEPS:
            choices = [
                (str(each.script_id), f"{each.script.name} ({each.number})")
                for each in parts
                if each.script.purpose == step
            ]
            self.fields[step] = forms.ChoiceField(label=_LABELS[step], choices=choices)

    def steps(self) -> dict[str, UUID]:
        """The scripts chosen, by step."""
        return {step: UUID(self.cleaned_data[step]) for step in STEPS}
