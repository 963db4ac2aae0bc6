"""Every error a person may meet, one tree.

    AyeError                what went wrong, and what mends it
    ├── ConfigError         config.yaml, an environment variable or a flag
    ├── LanguageError       a sentence template, a reply or the vocabulary is wrong
    ├── ModelError          a speech model is missing or broken
    ├── SoundError          a wav file, a microphone or a speaker
    ├── ChainError          the way to the chain
    │   ├── EndpointDown    no answer from the endpoint
    │   ├── EndpointsDisagree   two endpoints tell different things of the chain
    │   ├── WrongChain      the endpoint serves another chain than configured
    │   ├── NotAGovernor    no governor we know stands at the address
    │   └── Reverted        the contract refuses, with its reason as a code and facts
    ├── SignerError         the speaker's key cannot be read or used
    ├── StoreError          the journal cannot be read or written
    │   └── ActUnderWay     another act of the same speaker in the same DAO is not settled yet
    ├── ServiceError        `aye serve` cannot start, or may not
    │   └── ClientError     a client's name is taken, or there is none of it
    └── DemoError           the chain in a box cannot be started

Each message is one sentence that gives the value, the rule and the nearest right name; `mend` is what to do,
a command or a line of `config.yaml`. Neither ever holds a key, a PIN, a passphrase or the secret part of an address.
"""

from __future__ import annotations


class AyeError(Exception):
    """One clear sentence for a person, and a way on.

    `message` ends with a full stop. `mend` is empty where there is nothing to do but wait.
    """

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.message} {self.mend}".strip()


class ConfigError(AyeError):
    """A wrong key or value in config.yaml, the environment or the flags."""


class LanguageError(AyeError):
    """A sentence template, a reply or the vocabulary is wrong."""


class ModelError(AyeError):
    """A speech model is missing or broken."""


class SoundError(AyeError):
    """A sound file, a microphone or a speaker cannot be used."""


class ChainError(AyeError):
    """The way to the chain failed."""


class EndpointDown(ChainError):
    """The endpoint does not answer, or answers nonsense."""


class EndpointsDisagree(ChainError):
    """Of two endpoints that should say the same one lies, or is broken: nothing may rest on what either says."""


class WrongChain(ChainError):
    """The endpoint serves another chain than the configuration names."""


class NotAGovernor(ChainError):
    """No governor of a dialect we know stands at the configured address."""


class Reverted(ChainError):
    """The contract refuses a call.

    `code` is a stable word for the reason (`not_active`, `already_voted`, `no_power`, `below_threshold`,
    `not_proposer`, `not_ready`, `no_funds`, `unknown` …), for the dialogue to put into speech.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class SignerError(AyeError):
    """The speaker's key cannot be read or used."""


class StoreError(AyeError):
    """The journal or the conversations cannot be read or written."""


class ActUnderWay(StoreError):
    """Another act of the same speaker in the same DAO is not settled yet: a second one may not begin."""


class ServiceError(AyeError):
    """The service cannot start, or may not."""


class ClientError(ServiceError):
    """A client's name is taken, is none, or nobody has it."""


class DemoError(AyeError):
    """The chain in a box cannot be started."""
