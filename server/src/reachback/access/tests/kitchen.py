"""What tests of recipes share: a recipe whose texts are signed, and a device that tells."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from reachback.access import cookbook, operations
from reachback.access.models import RecipeRun
from reachback.access.operations import RecipeRequest
from reachback.access.recipes.kinds import STEPS
from reachback.access.tests.conftest import SESSION, SYSTEM, World
from reachback.access.tests.recorded import Papers, Recorder
from reachback_wire import documents as wire
from reachback_wire import leaves

NOTHING = "sha256:" + "a" * 64
ACCOUNT: dict[str, Any] = {
    "script": NOTHING, "interpreter": "sh", "arguments": [], "began": 1_000, "ended": 2_000,
    "status": 0, "signal": None, "reason": "ended", "stdout": {"bytes": 2, "sha256": NOTHING},
    "stderr": {"bytes": 0, "sha256": NOTHING}, "left": 0,
}  # fmt: skip


class Kitchen:
    """The recipe for Debian packages in a world whose contract names its digests."""

    def __init__(self, world: World, data: Path) -> None:
        self.world, self.data = world, data
        made = operations.add_ready_recipe(
            actor=world.actor("maya"), now=world.now, organisation_id=world.provider.id, kind="deb"
        )
        self.recipe = UUID(str(made.id))
        self.version = cookbook.version(SYSTEM, self.recipe)
        self.digests = [each.digest for each in cookbook.scripts_of(self.version)]

    def publish(self, *digests: str) -> None:
        """The customer signs these digests."""
        contract = self.world.contract()
        run = wire.Clause(
            2,
            (wire.Capability("exec", digests),),
            wire.Who(teams=("Remote team",)),
            case_required=True,
        )
        self.world.publish(replace(contract, clauses=(*contract.clauses, run)))

    def begin(self, who: str = "tomas", **changes: Any) -> operations.Connected:
        values: dict[str, Any] = {
            "device_id": self.world.device.id,
            "recipe_id": self.recipe,
            "number": 1,
            "session_key": SESSION.public_line,
            "case_id": self.world.open_case(),
            "given": {"package": "nginx", "version": "1.22.1"},
        }
        request = RecipeRequest(**(values | changes))
        actor = self.world.actor(who)
        return operations.begin_recipe(actor=actor, now=self.world.now, request=request)

    @property
    def run(self) -> RecipeRun:
        found: RecipeRun = cookbook.runs(SYSTEM).get()
        return found

    def go_on(self, who: str = "tomas") -> operations.Connected | None:
        return operations.next_step(
            actor=self.world.actor(who),
            now=self.world.now,
            run_id=self.run.id,
            session_key=SESSION.public_line,
        )

    def tell(self, made: operations.Connected, kind: str, **more: Any) -> None:
        """The front says that something happened on the step's channel."""
        event = {"id": kind, "kind": kind, "channel": made.channel, **more}
        events = [event]
        operations.record_events(now=self.world.now, session_id=made.session_id, events=events)

    def play(self, made: operations.Connected, **account: Any) -> None:
        """The device runs the step and gives this account of it."""
        self.tell(made, "opened", kind_="exec")
        papers = Papers(session=str(made.session_id), organisation=str(self.world.lotus.id))
        recorder = Recorder(papers, kind="exec")
        recorder.start()
        recorder.output("said\n")
        recorder.testify(leaves.EXEC, json.dumps(ACCOUNT | account).encode())
        recorder.end()
        place = self.data / "recordings" / str(made.session_id) / "16"
        place.mkdir(parents=True)
        (place / "0000.rbs").write_bytes(recorder.files[0])
        self.tell(made, "ended", code="closed")

    def lose(self, made: operations.Connected) -> None:
        """The channel opens and is gone: no account ever comes."""
        self.tell(made, "opened")
        self.tell(made, "ended", code="channel-lost")


def asked_for(run: RecipeRun) -> list[str]:
    """The steps a grant was asked for."""
    return [step for step in STEPS if cookbook.step_run(run, step) is not None]
