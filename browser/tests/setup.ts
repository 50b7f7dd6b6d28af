/** What htmx asks of a browser when it is loaded and happy-dom does not have; hx-on is forbidden here anyway. */

class NoXPath {
  createExpression(): { evaluate: () => { iterateNext: () => null } } {
    return { evaluate: () => ({ iterateNext: () => null }) };
  }
}

if (!("XPathEvaluator" in globalThis)) Object.assign(globalThis, { XPathEvaluator: NoXPath });
