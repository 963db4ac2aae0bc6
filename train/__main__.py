"""Teach Whisper's encoder to hear through noise, and write what it learnt into the product.

    python -m train --data DIR [--hours 0.7] [--rank 16] [--rate 4e-4] [--start FILE] [--out FILE]

DIR is laid out as the Speech-to-Intent benchmark. It needs torch (`pip install torch`) and the voices of
`docs/hearing.md`, and both cores for as long as it is told to take.

The teacher is the model as it is on the clean sound, the pupil the changed encoder on the noisy one: it learns to give
the same frames (mean square), and by them the same next tokens through the unchanged decoder (Kullback-Leibler). No
label is needed: the tokens are those of the text where there is one, else what the teacher hears. Where there is one,
its words count too (cross-entropy), for what the teacher itself mishears: "ether", "abstain"; of the recordings it is
what the product hears of the clean sound, held to their grammar. Not its numbers and marks, which may be written
otherwise.
"""

from __future__ import annotations

import argparse
import itertools
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from skill.hearing.adaptation import FILE
from skill.hearing.beam import PROMPT
from skill.hearing.mel import HOP, RATE
from skill.hearing.recogniser_whisper import AFTER_SECONDS, COMMON, bundled
from skill.hearing.walk import END
from train.encoder import Decoder, Encoder, Weights
from train.sounds import NUMBERS, Mixer, Pair, Spoken, utterances

LONGEST_TEXT = 60
POOL, BATCH, BATCHES_A_STEP = 32, 4, 2
"""Pairs are drawn so many at a time and put beside those of their length."""
CHECKED = 64
"""Pairs that the loss is told of, always the same."""
SILENT_FRAMES = round(AFTER_SECONDS * RATE / HOP / 2) - 10
"""Of the silence put after the speech: frames that need not be learnt."""
VARIANCE = 0.9
"""Of the encoder's output, about."""
FRAMES, WORDS = 0.5, 0.4
"""Weights of these losses; that of the tokens has 1."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs of about one length, as tensors."""

    clean: Tensor
    noisy: Tensor
    tokens: Tensor
    counted: Tensor
    """Which of the next tokens count (B, T)."""
    said: Tensor
    """Which of them are words that somebody wrote down (B, T)."""
    heard: Tensor
    """Which frames count (B, F)."""


class Lesson:
    """Teacher, pupil and what they hear."""

    def __init__(self, spoken: Sequence[Spoken], kitchen: np.ndarray, rank: int) -> None:
        folder = bundled()
        weights = Weights(folder / "model.bin")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._spoken, self._kitchen = spoken, kitchen
        self._texts = {at: self._written(one.text) for at, one in enumerate(spoken) if one.text}
        self._known = torch.tensor(sorted({*range(COMMON), END, *itertools.chain(*self._texts.values())}))
        self.encoder, self._decoder = Encoder(weights, rank), Decoder(weights, self._known)

    def batches(self, mixer: Mixer, count: int) -> list[Batch]:
        """`count` pairs in batches."""
        pairs = sorted((mixer.pair() for _ in range(count)), key=lambda pair: pair.clean.shape[1])
        return [self._batch(pairs[at : at + BATCH]) for at in range(0, count, BATCH)]

    def losses(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Of the tokens, of the frames, of the words."""
        with torch.no_grad():
            taught = self.encoder(batch.clean, False)
            next_taught = self._decoder(batch.tokens[:, :-1], taught)[:, 1:]
        learnt = self.encoder(batch.noisy, True)
        next_learnt = self._decoder(batch.tokens[:, :-1], learnt)[:, 1:]
        apart = (next_taught.exp() * (next_taught - next_learnt)).sum(-1)
        far = ((learnt - taught) ** 2).mean(-1) / VARIANCE
        next_said = torch.searchsorted(self._known, batch.tokens[:, 2:].contiguous())[..., None]
        surprise = -next_learnt.gather(-1, next_said).squeeze(-1)
        return (
            (apart * batch.counted).sum() / batch.counted.sum(),
            (far * batch.heard).sum() / batch.heard.sum(),
            (surprise * batch.said).sum() / batch.said.sum().clamp(min=1),
        )

    def checked(self, batches: Sequence[Batch]) -> list[float]:
        """The mean losses."""
        with torch.no_grad():
            all_three = [[float(loss) for loss in self.losses(batch)] for batch in batches]
        return [float(loss) for loss in np.mean(all_three, axis=0)]

    def _batch(self, pairs: Sequence[Pair]) -> Batch:
        length = max(pair.clean.shape[1] for pair in pairs)
        texts = [[*PROMPT, *self._text(pair), END] for pair in pairs]
        tokens = torch.full((len(pairs), max(map(len, texts))), END)
        counted = torch.zeros(len(pairs), tokens.shape[1] - 2)
        said = torch.zeros_like(counted)
        heard = torch.zeros(len(pairs), length // 2)
        for at, (pair, text) in enumerate(zip(pairs, texts, strict=True)):
            tokens[at, : len(text)] = torch.tensor(text)
            counted[at, : len(text) - 2] = 1
            if self._spoken[pair.of].text:
                said[at, : len(text) - 2] = torch.tensor([float(self._is_word(token)) for token in text[2:]])
            heard[at, : pair.clean.shape[1] // 2 - SILENT_FRAMES] = 1
        clean, noisy = (
            torch.from_numpy(np.stack([_padded(one, length) for one in ones]))
            for ones in ([pair.clean for pair in pairs], [pair.noisy for pair in pairs])
        )
        return Batch(clean, noisy, tokens, counted, said, heard)

    def _is_word(self, token: int) -> bool:
        """A word or a part of one, and no number's."""
        written = self._tokenizer.decode([token]).strip().lower()
        return token != END and written.isalpha() and written not in NUMBERS

    def _written(self, text: str) -> list[int]:
        text = text.strip()
        text = text[0].upper() + text[1:] + ("" if text[-1] in ".?!" else ".")
        return [int(token) for token in self._tokenizer.encode(f" {text}", add_special_tokens=False).ids[:LONGEST_TEXT]]

    def _text(self, pair: Pair) -> list[int]:
        if pair.of not in self._texts:
            self._texts[pair.of] = self._heard(torch.from_numpy(pair.clean)[None])
        return self._texts[pair.of]

    @torch.no_grad()
    def _heard(self, mel: Tensor) -> list[int]:
        """What the teacher hears, each token the likeliest."""
        frames = self.encoder(mel, False)
        tokens = list(PROMPT)
        while len(tokens) < LONGEST_TEXT:
            best = int(self._known[self._decoder(torch.tensor([tokens]), frames)[0, -1].argmax()])
            if best == END:
                break
            tokens.append(best)
        return tokens[len(PROMPT) :]


def _padded(mel: np.ndarray, length: int) -> np.ndarray:
    return np.pad(mel, ((0, 0), (0, length - mel.shape[1])), constant_values=mel.min())


def main() -> None:
    """Learn for so many hours, the steps getting smaller."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True, metavar="DIR")
    options.add_argument("--voices", type=Path, default=Path("build/voices"), help="where synthetic voices are kept")
    options.add_argument("--hours", type=float, default=0.7)
    options.add_argument("--rank", type=int, default=16, help="how thin a change is")
    options.add_argument("--rate", type=float, default=4e-4, help="of learning, at its highest")
    options.add_argument("--start", type=Path, help="go on from what was learnt before")
    options.add_argument("--out", type=Path, default=FILE)
    given = options.parse_args()
    torch.manual_seed(0)
    spoken, kitchen = utterances(given.data, given.voices)
    print(f"{len(spoken)} utterances, {sum(len(one.sound) for one in spoken) / RATE / 60:.0f} minutes")
    lesson = Lesson(spoken, kitchen, given.rank)
    if given.start:
        lesson.encoder.start(given.start)
    same = lesson.batches(Mixer(spoken, kitchen, 99), CHECKED)
    print("tokens {:.4f} frames {:.4f} words {:.4f}".format(*lesson.checked(same)), flush=True)
    mixer, waiting = Mixer(spoken, kitchen, 1), list[Batch]()
    learnt = list(lesson.encoder.parameters())
    optimiser = torch.optim.AdamW(learnt, lr=given.rate, betas=(0.9, 0.98), weight_decay=0.0)
    begun, step, done = time.monotonic(), 0, 0.0
    while done < 1:
        done = min(1.0, (time.monotonic() - begun) / (given.hours * 3600))
        for group in optimiser.param_groups:
            group["lr"] = given.rate * min(1, (step + 1) / 30) * (0.03 + 0.97 * (0.5 + 0.5 * math.cos(math.pi * done)))
        optimiser.zero_grad()
        for _ in range(BATCHES_A_STEP):
            waiting = waiting or lesson.batches(mixer, POOL)
            batch = waiting.pop(np.random.default_rng(step).integers(len(waiting)))
            of_tokens, of_frames, of_words = lesson.losses(batch)
            ((of_tokens + FRAMES * of_frames + WORDS * of_words) / BATCHES_A_STEP).backward()
        torch.nn.utils.clip_grad_norm_(learnt, 1.0)
        optimiser.step()
        step += 1
        if step % 100 == 0 or done == 1:
            told = "{} steps: tokens {:.4f} frames {:.4f} words {:.4f}, {:.0%} of the time"
            print(told.format(step, *lesson.checked(same), done), flush=True)
            lesson.encoder.write(given.out)


if __name__ == "__main__":
    main()
