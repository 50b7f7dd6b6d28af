import { describe, expect, test } from "vitest";
import { SlowLine } from "./shell/line";

const LEFT = "\x1b[D";
const RIGHT = "\x1b[C";
const PROMPT = "guest@lobby:~$ ";

/** A line on which the prompt is known to echo. */
function trusted(oneWay = 300, columns = 80): SlowLine {
  const line = new SlowLine(oneWay, columns);
  line.type("id");
  line.pass(1500);
  line.press("\r", 1500);
  return line;
}

/** Afterwards nothing lies over the screen. */
function quiet(line: SlowLine): void {
  line.pass(3000);
  expect(line.overlay).toEqual({ cells: [], cursor: undefined });
}

describe("typing on a slow line", () => {
  test("shows nothing before the first character was confirmed, then everything at once", () => {
    const line = new SlowLine();
    line.type("hos");
    expect(line.seen()).toBe(PROMPT.trimEnd());
    line.pass(600);
    line.type("tname");
    expect(line.seen()).toBe(`${PROMPT}hostname`);
    expect(line.paper.text(line.paper.row)).not.toBe(`${PROMPT}hostname`);
    expect(line.overlay.cursor?.column).toBe(PROMPT.length + 8);
    quiet(line);
  });

  test("shows the first character at a prompt that echoed before", () => {
    const line = trusted();
    line.press("u", 10);
    expect(line.seen()).toBe(`${PROMPT}u`);
    quiet(line);
    expect(line.predictor.score.wrong).toBe(0);
  });

  test("shows nothing on a quick line", () => {
    const line = trusted(10);
    line.press("u", 0);
    expect(line.overlay.cells).toEqual([]);
  });

  test("rubs out, moves and inserts in the middle", () => {
    const line = trusted();
    line.type("ipx addr");
    for (let count = 0; count < 5; count += 1) line.press(LEFT, 20);
    line.press("\x7f", 20);
    expect(line.seen()).toBe(`${PROMPT}ip addr`);
    line.press(RIGHT, 20);
    line.type("-4 ", 20);
    expect(line.seen()).toBe(`${PROMPT}ip -4 addr`);
    expect(line.paper.text(line.paper.row)).not.toBe(`${PROMPT}ip -4 addr`);
    quiet(line);
    expect(line.paper.text(line.paper.row)).toBe(`${PROMPT}ip -4 addr`);
    expect(line.predictor.score.wrong).toBe(0);
  });

  test("never rubs out the prompt", () => {
    const line = trusted();
    line.press("a", 20);
    for (let count = 0; count < 4; count += 1) line.press("\x7f", 20);
    expect(line.seen()).toBe(PROMPT.trimEnd());
    expect(line.overlay.cursor?.column ?? PROMPT.length).toBe(PROMPT.length);
    quiet(line);
    expect(line.predictor.score.wrong).toBe(0);
  });

  test("goes over the margin without a wrong guess", () => {
    const line = trusted(300, 40);
    const words = "echo a long line that needs two rows, surely";
    line.type(words);
    line.pass(3000);
    expect(line.paper.text(line.paper.row - 1) + line.paper.text(line.paper.row)).toBe(
      PROMPT + words,
    );
    quiet(line);
    expect(line.predictor.score.wrong).toBe(0);
  });

  test.each([
    ["wide characters", "echo 丽江前台 ok"],
    ["combining marks", "echo cafe\u0301 na\u0308chste"],
    ["accents", "grep -c größer naïve"],
  ])("foresees %s", (_name, words) => {
    const line = trusted();
    line.type(words, 20);
    expect(line.seen().normalize("NFC")).toBe((PROMPT + words).normalize("NFC"));
    line.press("\x7f", 20);
    quiet(line);
    expect(line.predictor.score.wrong).toBe(0);
  });
});

describe("what nobody may see", () => {
  test("a password, typed at the prompt or ahead of it", () => {
    for (const pause of [20, 150, 900]) {
      const line = trusted();
      line.type("sudo reboot", pause);
      line.press("\r", pause);
      const shown = new Set<string>();
      for (const chars of "XYZXYZ") {
        line.press(chars, pause);
        for (const each of line.overlay.cells) shown.add(each.cell.chars);
      }
      line.pass(2000);
      for (const each of line.overlay.cells) shown.add(each.cell.chars);
      line.press("\r", 2000);
      expect([...shown].filter((chars) => /[XYZ]/.test(chars))).toEqual([]);
      expect(line.shell.done.at(-1)).toBe("secret XYZXYZ");
    }
  });

  test("a passphrase answered with stars, even one that holds a star", () => {
    const line = trusted();
    line.type("stars");
    line.press("\r", 1500);
    const shown = new Set<string>();
    for (const chars of "*XY*Z*XYZ") {
      line.press(chars, 200);
      for (const each of line.overlay.cells) shown.add(each.cell.chars);
    }
    expect([...shown].filter((chars) => /[XYZ]/.test(chars))).toEqual([]);
  });

  test("keys in a full-screen program", () => {
    const line = trusted();
    line.type("less x");
    line.press("\r", 1500);
    line.type("jjkk", 50);
    expect(line.overlay.cells).toEqual([]);
    line.press("q", 1500);
    line.type("ls", 20);
    expect(line.seen()).toBe(`${PROMPT}ls`);
    quiet(line);
  });
});

describe("what is not certain", () => {
  test("is not guessed: completion and history wait for the screen", () => {
    const line = trusted();
    line.type("cd /", 20);
    line.press("\t", 20);
    line.type("init", 20);
    expect(line.seen()).toBe(`${PROMPT}cd /`);
    line.pass(1500);
    expect(line.seen()).toBe(`${PROMPT}cd /etc/init`);
    line.press("\r", 1500);
    line.press("\x1b[A", 1500);
    line.press("x", 1500);
    expect(line.seen()).toBe(`${PROMPT}cd /etc/initx`);
    quiet(line);
    expect(line.predictor.score.wrong).toBe(0);
  });

  test("is taken back: what was printed meanwhile moves every guess aside", () => {
    const line = trusted();
    line.type("upti", 20);
    line.paper.write("\r\nBroadcast message: the kiln is hot\r\n");
    line.pass(3000);
    expect(line.overlay.cells).toEqual([]);
  });

  test("is forgotten when the cursor is placed by address", () => {
    const line = trusted();
    line.type("upt", 20);
    expect(line.overlay.cells).not.toEqual([]);
    line.paper.row = 20;
    line.paper.column = 3;
    line.predictor.addressed();
    line.predictor.look(line.paper, line.now);
    expect(line.overlay.cells).toEqual([]);
  });

  test("is left to the server when a person pastes a page", () => {
    const line = trusted();
    line.press("echo ".repeat(40), 20);
    expect(line.overlay.cells).toEqual([]);
  });
});

const CORPUS = `ls -la /var/log
cd /etc/systemd/system
cat /proc/meminfo | head -5
systemctl status registration
journalctl -u registration -n 50 --no-pager
df -h
ip addr show eth0
ping -c 3 10.0.0.1
tail -n 100 /var/log/syslog | grep -i error
ps aux | sort -rk 3 | head
uptime
free -m
find / -name "*.conf" -newer /etc/hosts
curl -sS https://registration.local/health
grep -rn "Listen" /etc/apache2
ss -tlnp
du -sh /var/lib/* | sort -h
echo "done" >> notes.txt
tar czf backup.tgz /etc/registration
date -u`.split("\n");

/** Repeatable chance. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

test("a day's commands at 600 ms feel immediate, and next to nothing shown is wrong", () => {
  const line = trusted();
  const random = chance(7);
  for (const command of CORPUS) {
    for (const chars of command) {
      if (random() < 0.04) {
        line.press("q", 90 + random() * 120); // a slip of the finger, seen and mended
        line.press("\x7f", 200);
      }
      line.press(chars, 80 + random() * 140);
    }
    line.press("\r", 700 + random() * 1500);
  }
  line.pass(3000);
  const felt = [...line.felt].sort((one, other) => one - other);
  const { shown, wrong } = line.predictor.score;
  expect(line.shell.done.slice(1)).toEqual(CORPUS);
  expect(felt[Math.floor(felt.length / 2)]).toBe(0);
  expect(felt.filter((each) => each === 0).length / felt.length).toBeGreaterThan(0.8);
  expect(shown).toBeGreaterThan(400);
  expect(wrong / shown).toBeLessThanOrEqual(0.01);
  expect(line.overlay).toEqual({ cells: [], cursor: undefined });
});

test("whatever is typed, however fast, the screen is itself again and no secret was shown", () => {
  const keys = ["a", "b", " ", "丽", "\x7f", LEFT, RIGHT, "\t", "\x1b[A", "\x01", "\r", "x", "-"];
  let shown = 0;
  let wrong = 0;
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = chance(seed);
    const line = trusted(50 + Math.floor(random() * 6) * 50, 40);
    for (let count = 0; count < 60; count += 1) {
      line.press(keys[Math.floor(random() * keys.length)] ?? "a", random() < 0.2 ? 900 : 40);
    }
    line.pass(3000);
    expect(line.overlay).toEqual({ cells: [], cursor: undefined });
    shown += line.predictor.score.shown;
    wrong += line.predictor.score.wrong;
  }
  expect(shown).toBeGreaterThan(300);
  expect(wrong / shown).toBeLessThanOrEqual(0.05);
});
