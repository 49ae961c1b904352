/** What became of a variant, in words that its own numbers make. */

import { number, percent, powerOfTen, norm as shownNorm } from "../../math/format.js";
import { explosionOf, finalLoss, learnedAt, outcomeOf } from "../../math/outcome.js";
import { windowOf } from "../../math/series.js";
import { frobeniusNorms } from "../answer.js";
import { clippedShare } from "./session.js";

/**
 * @param {import("./session.js").Session} session
 * @param {number} index
 * @param {number} goal  The share of chance below which it has learned.
 * @param {import("../answer.js").Strings} strings
 * @returns {{ index: number, kind: "learns" | "stuck" | "explodes", short: string, long: string }}
 */
export function outcomeWords(session, index, goal, strings) {
  const { name, series, parameters } = session.variants[index];
  const chance = session.chance ?? Number.NaN;
  const losses = series.columns.loss;
  const kind = series.divergence ? "explodes" : outcomeOf(losses, chance, goal);
  const sentences = [
    kind === "explodes" ? exploded(series, chance, name, strings) : settled(series, chance, goal, kind, name, strings),
    ...(parameters.clip_threshold === null || kind === "explodes"
      ? []
      : [strings("outcome.clipped", { share: percent(clippedShare(series)) })]),
    flow(series, strings),
  ];
  return { index, kind, short: short(series, kind, chance, strings), long: sentences.filter(Boolean).join(" ") };
}

/**
 * @param {import("./session.js").Series} series
 * @param {number} chance
 * @param {string} name
 * @param {import("../answer.js").Strings} strings
 */
function exploded(series, chance, name, strings) {
  const step = explosionOf(series.columns.loss, chance) ?? series.divergence?.step ?? series.count;
  const { divergence } = series;
  if (divergence)
    return strings("outcome.diverged", {
      name,
      step: divergence.step,
      quantity: strings(`outcome.quantity.${divergence.quantity}`),
    });
  let most = 0;
  for (const loss of series.columns.loss) if (loss > most) most = loss;
  return strings("outcome.exploded", {
    name,
    step,
    most: powerOfTen(Math.log10(most)),
    loss: number(finalLoss(series.columns.loss), 3),
  });
}

/**
 * @param {import("./session.js").Series} series
 * @param {number} chance
 * @param {number} goal
 * @param {"learns" | "stuck"} kind
 * @param {string} name
 * @param {import("../answer.js").Strings} strings
 */
function settled(series, chance, goal, kind, name, strings) {
  const loss = finalLoss(series.columns.loss);
  const values = { name, loss: number(loss, 3), share: percent(loss / chance, 3), goal: percent(goal) };
  if (kind === "stuck")
    return strings(`outcome.${besideChance(loss, chance)}`, { ...values, times: number(loss / chance, 2) });
  const step = learnedAt(series.columns.loss, goal * chance, windowOf(series.plan?.steps ?? series.count));
  return strings("outcome.learned", { ...values, step: step ?? series.count });
}

/**
 * How a loss that isn't below the goal stands beside chance.
 * @param {number} loss
 * @param {number} chance
 */
function besideChance(loss, chance) {
  if (loss > 1.1 * chance) return "worse";
  return loss > 0.9 * chance ? "stuck" : "slow";
}

/**
 * What is left of a gradient on its way through the sequence.
 * @param {import("./session.js").Series} series
 * @param {import("../answer.js").Strings} strings
 */
function flow(series, strings) {
  const last = series.snapshots[series.snapshots.length - 1];
  if (!last || series.divergence) return "";
  const norms = frobeniusNorms(last);
  return strings("outcome.flow", { gain: shownNorm(norms[0] - norms[norms.length - 1]) }); // less log10 √H: 1 where all is kept
}

/**
 * @param {import("./session.js").Series} series
 * @param {"learns" | "stuck" | "explodes"} kind
 * @param {number} chance
 * @param {import("../answer.js").Strings} strings
 */
function short(series, kind, chance, strings) {
  if (kind === "explodes") {
    const step = series.divergence?.step ?? explosionOf(series.columns.loss, chance) ?? series.count;
    return strings(series.divergence ? "outcome.short.diverged" : "outcome.short.exploded", { step });
  }
  return strings(`outcome.short.${kind === "stuck" ? besideChance(finalLoss(series.columns.loss), chance) : kind}`);
}
