/** The pages of somebody who approves: the request, and their keys. */

import { startApproving } from "./approving";
import { startRegistering } from "./registering";

startApproving();
startRegistering();
