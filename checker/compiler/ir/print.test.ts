/** How graphs look to people. */
import { expect, test } from 'vitest';
import { graphOf } from '../passes/testing/exploring.js';
import {
  assert,
  assign,
  assume,
  below,
  bool,
  call,
  choose,
  enumeration,
  give,
  pause,
  place,
  rest,
  vector,
  when,
} from '../passes/testing/programs.js';
import { graphToDot } from './dot.js';
import { printGraph } from './print.js';

const entry = place('Entry', { level: below(4), owner: enumeration('nobody', 'host', 'guest') });
const root = place('Kvm', { lock: bool, pt: vector(2, entry) });
const graph = graphOf(
  root,
  {
    free: { parameters: { kvm: root }, result: bool, body: [give('!kvm.lock')] },
    take: { parameters: { kvm: root }, body: [pause(), assume('!kvm.lock'), assign('kvm.lock', 'true')] },
    map: {
      parameters: { kvm: root },
      locals: { i: below(2) },
      body: [
        call(null, 'take', '&kvm'),
        choose('i', '2'),
        when("kvm.pt[i].owner === 'nobody'", [assign('kvm.pt[i].owner', "'guest'")]),
        assert('kvm.pt[0].level + 1 < 4', 'P5', 'level in range'),
        rest('kvm.pt[i].level === 0'),
        assign('kvm.lock', 'false'),
      ],
    },
  },
  { invariants: [{ id: 'P9', function: 'free' }] },
);

test('a graph as text', () => {
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "state
      lock: false | true
      pt[0].level: 0..3
      pt[0].owner: nobody | host | guest
      pt[1].level: 0..3
      pt[1].owner: nobody | host | guest

    process map
      local i: 0..1, which is map.i
      entry:
        b0:
          stop at boundary 0
      boundary 0: test.ts:8 map > test.ts:4 take
        b1:
          if (!lock) goto b2 else b7
        b2:
          lock = true
          i = any below 2, goto b3
        b3:
          if (pt[i].owner == nobody) goto b4 else b5
        b4:
          pt[i].owner = guest
          goto b5
        b5:
          check pt[0].level + 1 < 4 else assertion P5: level in range (test.ts:12)
          stop at boundary 1
      boundary 1: test.ts:13 map
        rests while pt[i].level == 0
        b6:
          lock = false
          i = 0
          end
        b7:
          disabled

    invariant P9: result of
        b0:
          result = !lock
          end
    "
  `);
});

test('a graph for Graphviz', () => {
  expect(graphToDot(graph)).toMatchInlineSnapshot(`
    "digraph mmucheck {
      rankdir=TB;
      node [shape=box, fontname="monospace", fontsize=10];
      subgraph cluster_0 {
        label="map";
        p0_entry [shape=circle, label="", width=0.2, style=filled, fillcolor=black];
        p0_0 [label="take:4\\nfrom map:8", tooltip="test.ts:8 map > test.ts:4 take", shape=house];
        p0_1 [label="map:13\\nrests while pt[i].level == 0", tooltip="test.ts:13 map", peripheries=2];
        p0_end [shape=doublecircle, label="", width=0.2, style=filled, fillcolor=black];
        p0_error [shape=plaintext, label="✗", fontcolor=red];
        p0_entry -> p0_0;
        p0_0 -> p0_1;
        p0_0 -> p0_error [style=dashed, color=red];
        p0_1 -> p0_end;
      }
    }
    "
  `);
});
