"""The wake word, sound, and the first answer: what the setup was for."""

from __future__ import annotations

from skill.errors import AyeError, SoundError
from skill.flow import Transcript
from skill.frontends.ears import Ears
from skill.frontends.session import open_session
from skill.frontends.setup.answers import Answers
from skill.frontends.setup.setting import Setting
from skill.frontends.setup.written import part
from skill.hearing import microphone, wake
from skill.hearing.endpoint import Endpointer
from skill.language.names import Names
from skill.voice.speaker import Speaker

LINE = "This is Aye. Say: what is in the treasury."
HEAR_SECONDS = 12.0
CONVERSATION = "setup"


def sound_step(setting: Setting) -> None:
    """The wake word chosen, a line spoken, a line heard. A machine without sound is no failure: Aye can be typed to."""
    _wake_word(setting)
    if not setting.answering.yes("sound", "Try the speaker and the microphone?", True):
        setting.say("The sound was not tried. `aye setup --step sound` tries it.")
        return
    settings = setting.settings
    try:
        kinds = {device.kind for device in microphone.devices()}
        if not kinds:
            setting.say("There is no sound card, so this step is left out. `aye chat` is for typing.")
            return
        if "speaker" in kinds:
            Speaker(settings.voice.speaker, settings.voice.name).say(LINE, settings.voice.rate)
            setting.say(f'The speaker said: "{LINE}"')
        else:
            setting.say("There is no speaker, so nothing was said.")
        if "microphone" not in kinds:
            setting.say("There is no microphone, so nothing was heard.")
            return
        setting.say("Loading the speech model.")
        heard = _heard(setting)
        setting.say(f'I heard: "{heard}"' if heard else "I heard nothing. `aye doctor` lists the microphones.")
    except SoundError as error:
        setting.say(f"The sound does not work: {error}")


def _wake_word(setting: Setting) -> None:
    """A person is asked, and offered one; a file of answers that names none leaves the configuration as it is."""
    answering, hearing = setting.answering, setting.settings.hearing
    if isinstance(answering, Answers) and answering.value("wake_word") is None:
        return
    options = {str(name): f"{wake.spoken(name)}: only what is said after it counts" for name in wake.names()}
    options["none"] = "none: whatever is said in the room may be for Aye"
    offered = hearing.wake_word if "wake_word" in hearing.model_fields_set else wake.names()[0]
    chosen = answering.choice("wake_word", "Which word wakes it, where it listens by microphone?", options, offered)
    if chosen != hearing.wake_word:
        setting.edit(lambda kept: part(kept, "hearing").update({"wake_word": chosen}))
    woken = (
        "It listens without a wake word."
        if chosen == "none"
        else f'It listens after "{options[chosen].split(":")[0]}".'
    )
    setting.say(woken)


def _heard(setting: Setting) -> str:
    settings = setting.settings
    names = Names(members=(), titles=(), assets=(), daos=tuple(dao.key for dao in settings.daos))
    utterance = Ears(settings).listen_for(names)
    ear = Endpointer(silence_seconds=settings.hearing.silence_seconds)
    end: float | None = None
    for frame in microphone.frames(settings.hearing.microphone):
        if end is None:  # only now it listens: what is said earlier would be lost
            setting.say(f"Now you, within {HEAR_SECONDS:.0f} seconds: what is in the treasury")
            end = setting.clock() + HEAR_SECONDS
        for piece in ear.feed(frame):
            utterance.feed(piece)
        if ear.ended or setting.clock() > end:
            break
    return utterance.finish().text


def answer_step(setting: Setting) -> None:
    """Asks Aye as any member would. Raises `AyeError` where the answer tells of a failure."""
    setting.need_daos()
    question = setting.answering.text("question", "Your first question", "what is in the treasury")
    signer = setting.unlocked()
    with open_session(setting.settings, signer) as session:
        reply = session.assistant.turn(CONVERSATION, Transcript(question))
        if session.read_only_reason is not None:
            setting.say(session.read_only_reason)
    setting.say(f"You:  {question}\nAye:  {reply.text}")
    if reply.trouble:
        raise AyeError("The first answer tells of a failure.", "`aye doctor` looks for what is wrong.")
