"""The sentences of the Files page, for the script that draws it; `{name}` stands for a value."""

from typing import Final

from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

#: Icons the script copies from the page.
ICONS: Final = ("folder", "document", "download", "edit", "trash")

_WORDS: Final[dict[str, StrOrPromise]] = {
    "empty": gettext_lazy("Nothing is here."),
    "reconnecting_now": gettext_lazy("Reconnecting, nothing is lost."),
    "unreachable": gettext_lazy("The server cannot be reached."),
    "differs": gettext_lazy("What arrived is not what was sent. Try again."),
    "open": gettext_lazy("Open"),
    "download": gettext_lazy("Download"),
    "rename": gettext_lazy("Rename"),
    "remove": gettext_lazy("Remove"),
    "cancel": gettext_lazy("Cancel"),
    "pause": gettext_lazy("Pause"),
    "resume": gettext_lazy("Continue"),
    "forget": gettext_lazy("Forget it"),
    "name": gettext_lazy("Name"),
    "new_name": gettext_lazy("New name"),
    "kind_link": gettext_lazy("a link"),
    "kind_other": gettext_lazy("neither file nor folder"),
    "part": gettext_lazy("an unfinished upload"),
    "unspeakable": gettext_lazy("its name is no valid text: use a shell"),
    # refusals
    "outside": gettext_lazy("The contract does not allow this place."),
    "no_space": gettext_lazy(
        "There is no room on the device: {needed} are needed (16 MB stay free), {free} are free. "
        "Nothing was sent."
    ),
    "no_writing": gettext_lazy("The contract lets nobody change files here."),
    "unreadable": gettext_lazy("The file cannot be read any more here; choose it again."),
    "bad_name": gettext_lazy("The device cannot keep the name {name}."),
    "name_empty": gettext_lazy("A name is needed."),
    "name_slash": gettext_lazy("A name has no “/” in it."),
    "name_long": gettext_lazy("The name is longer than 255 bytes."),
    "name_taken": gettext_lazy("There is something of this name already."),
    # changes
    "mkdir": gettext_lazy("New folder"),
    "mkdir_in": gettext_lazy("In {folder}."),
    "make": gettext_lazy("Make the folder"),
    "made": gettext_lazy("The folder {name} was made."),
    "rename_what": gettext_lazy("{name} gets another name; nothing is ever replaced."),
    "renamed": gettext_lazy("{name} is now called {to}."),
    "remove_file": gettext_lazy("Remove this file?"),
    "remove_folder": gettext_lazy("Remove this folder?"),
    "remove_what": gettext_lazy("{name} is taken off the device. There is no way back."),
    "remove_folder_what": gettext_lazy("{name} is taken off the device if it is empty."),
    "removed": gettext_lazy("{name} was removed."),
    "replace_title": gettext_lazy("Replace what is there?"),
    "replace_one": gettext_lazy("{name} is on the device already. The old content is lost."),
    "replace_some": gettext_lazy(
        "{n} of {all} files are on the device already, {name} among them. "
        "Their old content is lost."
    ),
    "replace": gettext_lazy("Replace"),
    "skip": gettext_lazy("Only what is new"),
    # text
    "opening": gettext_lazy("Opening {name} …"),
    "binary": gettext_lazy("{name} is binary, not text: download it to look at it."),
    "too_large_to_read": gettext_lazy("{name} is larger than 256 KiB: download it to look at it."),
    "text_of": gettext_lazy("Text of {name}"),
    "mixed_ends": gettext_lazy(
        "Its lines end in different ways, which editing here would make alike: shown only."
    ),
    "back": gettext_lazy("Back to the folder"),
    "review": gettext_lazy("Review changes"),
    "go_on_writing": gettext_lazy("Go on writing"),
    "throw_away": gettext_lazy("Throw the changes away"),
    "unsaved": gettext_lazy("What you changed is saved nowhere yet."),
    "no_changes": gettext_lazy("Nothing was changed."),
    "save": gettext_lazy("Save on the device"),
    "saved": gettext_lazy(
        "{name} was saved, SHA-256 {sha256}. What was there before is kept as {backup}."
    ),
    "changed_meanwhile": gettext_lazy(
        "Somebody changed the file since you opened it, so nothing was saved. "
        "Copy what you wrote, go back and open it anew."
    ),
    "line_gone": gettext_lazy("Gone:"),
    "line_new": gettext_lazy("New:"),
    # transfers
    "up": gettext_lazy("to the device"),
    "down": gettext_lazy("from the device"),
    "waiting_up": gettext_lazy("Waits for its turn."),
    "waiting_down": gettext_lazy("Waits for its turn."),
    "summing_up": gettext_lazy("Making its SHA-256: {sent} of {size}."),
    "running_up": gettext_lazy("sent {sent} of {size}, {there} on the device"),
    "running_down": gettext_lazy("{there} of {size}"),
    "left": gettext_lazy("{span} left"),
    "paused_up": gettext_lazy("Paused: {there} of {size} are on the device and stay there."),
    "paused_down": gettext_lazy("Paused at {there} of {size}."),
    "done_up": gettext_lazy("{size} are on the device, which found the same SHA-256."),
    "done_down": gettext_lazy("{size} arrived whole: the device found the same SHA-256."),
    "failed_up": gettext_lazy("Not uploaded."),
    "failed_down": gettext_lazy("Not downloaded."),
    "cancelled_up": gettext_lazy("Cancelled; nothing of it stays on the device."),
    "cancelled_down": gettext_lazy("Cancelled."),
    "unfinished_up": gettext_lazy(
        "The upload of {name} is unfinished: at least {there} of {size} are on the device. "
        "Choose the same file to continue."
    ),
    "unfinished_down": gettext_lazy("The download of {name} is unfinished: {there} of {size}."),
    "left_out": gettext_lazy("Left out, because they could not be read ({n}): {names}."),
    "zip_full": gettext_lazy(
        "The folder has more than 4 GB or 65,000 files: download its folders one by one."
    ),
    "choose_again": gettext_lazy("Choose the file"),
    "other_file": gettext_lazy("That is another file, or {name} was changed: upload it anew."),
}


def texts() -> dict[str, str]:
    """Return every sentence in the reader's language."""
    return {key: str(value) for key, value in _WORDS.items()}
