"""Aye on an OpenHome speaker: the near side of the talk, and nothing else.

What was said goes to Aye's own service on the member's machine, and what the service answers is spoken. The service
holds the key, the chain and the understanding; nothing here chooses, signs or keeps a vote. What this side adds is
care about the ear: an answer that is only our own voice coming back, or an old sentence given twice, confirms nothing.

Every end says whether a vote was cast. A confirmation whose answer was lost is told as unknown and never sent again.
"""

import asyncio
import base64
import difflib
import json
import re
import time
import uuid

from src.agent.capability import MatchingCapability
from src.agent.capability_worker import CapabilityWorker
from src.main import AgentWorker

PROTOCOL = 1
MAX_TURNS = 30
MAX_LETTERS = 1000
MAX_TRIES = 8
IDLE_SECONDS = 20.0
SLACK_SECONDS = 2.0
SOON_SECONDS = 0.9
FILLER_SECONDS = 0.95
ECHO_SECONDS = 2.0
STALE_SECONDS = 3.0
TURN_SECONDS = 90
QUICK_SECONDS = 15
BUSY_SECONDS = 900
START_SECONDS = 5.0
TALK_KEY = "aye_talk"

# fmt: off
EXITS = {
    "stop", "stop it", "exit", "quit", "leave", "done", "i am done", "im done", "bye", "goodbye", "good bye", "cancel",
    "never mind", "nevermind", "that is all", "thats all", "that will be all", "no thanks", "no thank you",
    "thank you goodbye", "thanks bye", "thank you bye",
}
ENDS_ONLY_WHEN_FREE = {"cancel", "never mind", "nevermind", "no thanks", "no thank you"}
VOTES = {"cast_vote", "start_vote", "choose_option", "choose_options", "rank_options", "spread_vote"}
OTHER_ACTS = {
    "delegate_votes", "undelegate_votes", "create_proposal", "queue_proposal", "execute_proposal", "cancel_proposal",
}
FOR_THE_OWNER = {
    "no_service", "not_allowed", "wrong_system", "old_part", "not_installed", "no_link", "not_ready",
    "unknown_function",
}
PLAIN_YES = {"yes", "yes yes", "yeah", "yep", "ok", "okay", "sure", "confirm", "no", "go ahead"}
# fmt: on
FILLERS = ("One moment.", "Still waiting for the chain.", "It takes longer than it should. I am still waiting.")

HELLO = "This is Aye. Ask me what is in the treasury, or which proposals are open."
GO_ON = "Ask on, or say stop."
OFFER = "Are you still there? Ask me something, or say stop."
LISTENING = "I am listening."
AGAIN = "That came too quickly for me to know that it was you. Say it once more."
TOO_LONG = "That was too long for me. Say it in one sentence."
UNKNOWN = "I will not send it again. Ask me later: what happened to my vote?"


def plain(text):
    """The words alone, in small letters: what two hearings of one sentence have in common."""
    return " ".join(re.sub(r"[^\w\s]", " ", text.lower().replace("'", "").replace("’", "")).split())


def for_ear(text):
    """No page addresses, no hexadecimal, no Markdown, one line."""
    text = re.sub(r"(?:https?://|www\.)\S+", "a link", text)
    text = re.sub(r"\b0x[0-9a-fA-F]+\S*", "an address", text)
    text = re.sub(r"[*_#`~|<>\[\]{}\\]+", " ", text)
    return " ".join(text.split())


def pieces(text, most=300):
    """The text in parts of at most two sentences and `most` letters."""
    parts = []
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        while len(sentence) > most:
            cut = max(sentence.rfind(", ", 0, most - 1), sentence.rfind(" ", 0, most - 1)) + 1 or most
            parts.append([sentence[:cut].strip()])
            sentence = sentence[cut:].strip()
        fits = parts and len(parts[-1]) == 1 and len(parts[-1][0]) + len(sentence) < most
        if not sentence:
            continue
        if fits and parts[-1][0][-1] in ".!?":
            parts[-1].append(sentence)
        else:
            parts.append([sentence])
    return [" ".join(part) for part in parts]


def is_part(words, whole):
    """Whether `words` stand in `whole` one after the other."""
    size = len(words)
    return any(whole[at:][:size] == words for at in range(len(whole) - size + 1))


def sounds_like(words, whole):
    """Whether most of `words` is one run of words that stands in `whole` too, or nearly all of them do."""
    run = difflib.SequenceMatcher(None, words, whole, autojunk=False)
    longest = run.find_longest_match(0, len(words), 0, len(whole)).size
    shared = sum(block.size for block in run.get_matching_blocks())
    return (longest >= 4 and longest * 10 >= len(words) * 6) or (len(words) >= 5 and shared * 10 >= len(words) * 8)


def is_copy(words, whole):
    """Whether this is a whole line of ours, or its end, a few words misheard."""
    end = len(whole) - len(words)
    return difflib.SequenceMatcher(None, words, whole[end:] if end > 0 else whole, autojunk=False).ratio() >= 0.85


def found_in(raw, depth=0):
    """Every answer of Aye's in what a transport gave: a text of lines, or one of the envelopes around it."""
    if depth > 5:
        return []
    if isinstance(raw, dict):
        if "protocol" in raw or ("metric" in raw and "spoken_response" in raw):
            return [raw]
        inner = [raw.get(key) for key in ("data", "stdout", "output", "result")]
        return [one for part in inner if part for one in found_in(part, depth + 1)]
    if not isinstance(raw, str):
        return []
    found = []
    for line in raw.splitlines():
        if line.strip().startswith("{"):
            try:
                found += found_in(json.loads(line), depth + 1)
            except (ValueError, RecursionError):
                continue
    return found


def text_of(raw, depth=0):
    """All text in what a transport gave, for the one word that tells that nothing was run."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, dict) and depth < 5:
        return " ".join(text_of(one, depth + 1) for one in raw.values())
    return ""


def has_pong(raw, depth=0):
    """Whether Local Link answered a ping in its own protocol."""
    if not isinstance(raw, dict) or depth > 4:
        return False
    return raw.get("pong") is True or any(has_pong(one, depth + 1) for one in raw.values())


def failed(code, spoken, sent):
    """An answer that is none. `sent` false: the service surely did not take the turn."""
    return {"ok": False, "code": code, "spoken": spoken, "sent": sent, "data": {}}


def value_of(kept):
    """What a key holds, in both forms the platform is known to give it."""
    if isinstance(kept, dict) and "value" in kept and "key" in kept:
        kept = kept["value"]
    return kept if isinstance(kept, dict) else None


class AyeDaoCapability(MatchingCapability):
    worker: AgentWorker = None
    capability_worker: CapabilityWorker = None
    active: bool = False
    running: bool = False
    called_at: float = 0.0
    conversation: str = ""
    transport: str = ""
    framed: bool = False
    linked: bool = False
    called: bool = False
    said: tuple = ()
    said_at: float = 0.0
    heard_at: float = 0.0
    last_heard: str = ""
    expects: dict = {}  # noqa: RUF012  # each instance gets its own: it is a pydantic model
    kind: str = "vote"
    votes: int = 0
    acts: int = 0
    unknown: str = ""

    # {{register capability}}

    def call(self, worker: AgentWorker):
        starting = time.monotonic() - self.called_at < START_SECONDS
        if self.active and (self.running or starting):
            return  # the talk that is under way hands control back; one that was ended before it began does not count
        self.called_at = time.monotonic()
        self.worker = worker
        self.capability_worker = CapabilityWorker(self)
        self.active = True
        self.framed = self.linked = self.called = False
        self.said, self.said_at, self.last_heard = (), 0.0, ""
        self.votes, self.acts, self.unknown = 0, 0, ""
        self.forget()
        self.worker.session_tasks.create(self.run())

    async def run(self):
        last, gone, self.running = "", False, True
        try:
            self.busy(BUSY_SECONDS)
            last = await self.converse()
        except asyncio.CancelledError:
            gone = True
            raise
        except Exception as error:
            self.note("the talk broke: %s", str(type(error)))
            last = "Something went wrong on my side."
        finally:
            try:
                if not gone:
                    await self.say_last(last)
            finally:
                self.busy(0)
                self.active = self.running = False
                self.capability_worker.resume_normal_flow()

    async def converse(self):
        """The talk from the trigger to its end; gives the reason why it ends."""
        self.transport = self.chosen_transport()
        heard = await self.first_words()
        if not self.transport:
            return "The setting aye transport must be devkit or local."
        silent = lost = 0
        greeted = False
        if not heard:
            await self.say(HELLO)
            heard = await self.listen()
            greeted = True
        for number in range(MAX_TURNS):
            if number:
                heard = await self.listen()
            if not heard:
                if self.expects:
                    await self.time_is_over()
                    continue
                silent += 1
                if silent == 2:
                    await self.say(OFFER)
                elif silent > 2:
                    return "I will leave you."
                continue
            silent = 0
            if (number or greeted) and self.is_exit(heard):
                await self.drop_pending()
                return "Goodbye."
            if len(heard) > MAX_LETTERS:
                await self.drop_pending()
                await self.say(TOO_LONG)
                continue
            answer = await self.turn(heard)
            if self.unknown:
                return ""
            if not answer["ok"]:
                lost += 1
                if lost > 1 or answer["code"] in FOR_THE_OWNER:
                    return answer["spoken"]
                await self.say(answer["spoken"] + " Ask me once more.")
                continue
            lost = 0
            data = answer["data"]
            if data.get("intent") == "stop":
                return "Goodbye."
            understood = data.get("intent") is not None or self.expects or data.get("trouble")
            if number == 0 and not greeted and not understood:
                await self.say(HELLO)
            elif not data.get("silent"):
                await self.say_reply(data)
                if not greeted and not self.expects:
                    await self.say(GO_ON)
            greeted = greeted or not self.expects
        await self.drop_pending()
        return "We have talked for long, so I stop here."

    # What is heard

    async def first_words(self):
        """The sentence that started the ability: the person has asked already."""
        try:
            heard = await asyncio.wait_for(self.capability_worker.wait_for_complete_transcription(), QUICK_SECONDS)
        except asyncio.TimeoutError:  # noqa: UP041  # another class before Python 3.11
            return ""
        heard = heard.strip() if isinstance(heard, str) else ""
        self.last_heard = plain(heard)
        return heard if plain(heard) else ""

    async def listen(self):
        """The next answer that is one; empty when the time for it is over."""
        clock = asyncio.get_running_loop().time
        until = clock() + self.seconds()
        if self.deciding():
            # The time for the phrase counts from the end of the read-back; the member may answer meanwhile.
            heard, _ = await asyncio.gather(self.hear(self.seconds()), self.tell_spoken())
        else:
            heard = await self.hear(self.seconds())
        tries = 0
        while tries < MAX_TRIES:
            verdict = self.judged(heard) if plain(heard) else "silence"
            if verdict == "answer" and self.is_phrase(heard):
                heard, verdict = await self.last_word(heard)
            if verdict == "answer":
                self.last_heard = plain(heard)
                return heard
            if (verdict == "silence" and not self.expects) or clock() >= until:
                return ""
            if verdict == "silence":  # an empty transcript is no answer, and not the end of the time for one
                await self.worker.session_tasks.sleep(1)
            else:
                tries += 1
            if verdict == "too soon":
                await self.say(AGAIN)
            heard = await self.hear(max(0.0, until - clock()))
        return ""

    async def hear(self, seconds):
        try:
            heard = await asyncio.wait_for(self.capability_worker.user_response(), seconds)
        except asyncio.TimeoutError:  # noqa: UP041  # another class before Python 3.11
            return ""
        self.heard_at = asyncio.get_running_loop().time()
        return heard.strip() if isinstance(heard, str) else ""

    async def last_word(self, heard):
        """The phrase was heard: from the member, unless our own voice goes on after it as only our own voice does.

        What is said after it within a moment is the last word: "confirm seven" and then "no, wait" is no yes.
        """
        more = await self.hear(ECHO_SECONDS)
        words = plain(more).split()
        if not words or self.is_phrase(more):
            return heard, "answer"
        if len(words) > 1 and is_part(words, plain(" ".join(self.said)).split()):
            return heard, "echo"
        return more, "answer"

    def judged(self, heard):
        """Whether this is an answer, or our own voice, or an old sentence given once more."""
        said = plain(heard)
        words = said.split()
        after = self.heard_at - self.said_at
        soon = after < SOON_SECONDS
        whole = plain(" ".join(self.said)).split()
        again = said == self.last_heard
        if self.deciding():
            if self.is_phrase(heard):
                return "too soon" if soon else "answer"
            if len(words) >= 3 and (is_part(words, whole) or sounds_like(words, whole)):
                return "echo"
            old = soon or (len(words) >= 4 and after < STALE_SECONDS)
            return "stale" if again and old else "answer"
        if soon and len(words) >= 3 and (is_part(words, whole) or sounds_like(words, whole)):
            return "echo"
        if len(words) >= 5 and any(is_copy(words, plain(piece).split()) for piece in self.said):
            return "echo"
        return "stale" if soon and again else "answer"

    def is_phrase(self, heard):
        phrase = plain(str(self.expects.get("phrase") or ""))
        return self.expects.get("kind") == "confirm" and bool(phrase) and plain(heard) == phrase

    def is_exit(self, heard):
        """Only a whole utterance ends the talk; "cancel" goes to the service while it waits for something."""
        said = re.sub(r"^(?:hey |ok |okay )?(?:aye )?|(?: please| aye)$", "", plain(heard))
        if said not in EXITS:
            return False
        return not (self.expects and said in ENDS_ONLY_WHEN_FREE)

    def deciding(self):
        return self.expects.get("kind") in ("confirm", "pin")

    def seconds(self):
        given = self.expects.get("seconds")
        if not self.expects:
            return IDLE_SECONDS
        if isinstance(given, bool) or not isinstance(given, (int, float)):
            return IDLE_SECONDS
        return min(600.0, max(5.0, float(given))) + SLACK_SECONDS

    # What is asked of the service

    async def turn(self, heard):
        """One turn. Whatever becomes of it, what is known about a vote is kept before anything is spoken."""
        deciding = self.deciding()
        commits = self.expects.get("kind") == "pin" or self.is_phrase(heard)
        asked = {"conversation": self.conversation, "text": heard}
        answer = await self.ask("turn", asked, TURN_SECONDS, at_once=commits or not self.called)
        if not answer["ok"]:
            if deciding and answer["sent"]:
                self.unknown = self.kind
            self.forget()
            return answer
        data = answer["data"]
        outcome = data.get("outcome")
        expects = data.get("expects") if isinstance(data.get("expects"), dict) else {}
        if outcome == "asked" and expects.get("kind") not in ("confirm", "pin"):
            self.forget()
            return failed("broken", "I lost the way to Aye.", False)
        if deciding and (outcome == "unknown" or (commits and not expects and outcome not in ("cast", "not_cast"))):
            self.unknown = self.kind
        elif deciding and outcome == "cast" and self.kind == "vote":
            self.votes += 1
        elif deciding and outcome == "cast":
            self.acts += 1
        self.expects = expects
        if data.get("intent") in VOTES:
            self.kind = "vote"
        elif data.get("intent") in OTHER_ACTS:
            self.kind = "act"
        if self.unknown:
            await self.say(str(data.get("text") or ""))
            self.forget()
        return answer

    async def time_is_over(self):
        """The person did not answer in time: the service says what that means."""
        deciding = self.deciding()
        answer = await self.ask("expired", {"conversation": self.conversation}, QUICK_SECONDS)
        data = answer["data"]
        if answer["ok"] and data.get("text") and not data.get("silent"):
            self.expects = {}
            await self.say(data["text"])
        elif deciding:
            await self.drop_pending()
        self.expects = {}

    async def drop_pending(self):
        """What waits for a phrase is cancelled, and its conversation is never used again."""
        if self.deciding():
            answer = await self.ask("turn", {"conversation": self.conversation, "text": "cancel"}, QUICK_SECONDS)
            text = answer["data"].get("text")
            self.forget()
            if answer["ok"] and text:
                await self.say(text)
        self.forget()

    def forget(self):
        """A conversation of a new name: whatever still waits in the old one can no longer be confirmed."""
        self.conversation = "openhome-" + uuid.uuid4().hex
        self.expects = {}
        self.kind = "vote"

    async def tell_spoken(self):
        await self.sent_to("spoken", {"conversation": self.conversation}, QUICK_SECONDS)

    async def ask(self, function, asked, seconds, at_once=False):
        """Asks the service, and fills the time with words where it takes any."""
        if at_once:
            await self.say(FILLERS[0])
        self.called = True
        done = asyncio.Event()
        answer, _ = await asyncio.gather(self.asked(function, asked, seconds, done), self.fill(done, at_once))
        return answer

    async def asked(self, function, asked, seconds, done):
        try:
            return await self.sent_to(function, asked, seconds)
        finally:
            done.set()

    async def fill(self, done, at_once):
        for number, seconds in enumerate((FILLER_SECONDS, 15, 25)):
            try:
                await asyncio.wait_for(done.wait(), seconds)
                return
            except asyncio.TimeoutError:  # noqa: UP041  # another class before Python 3.11
                if not (at_once and number == 0):
                    await self.say_guarded(FILLERS[number])

    async def sent_to(self, function, asked, seconds):
        """Sends it once, by the transport chosen. Never raises for what the transport does."""
        payload = json.dumps(asked)
        try:
            if self.transport == "local":
                raw = await self.by_local_link(function, payload, seconds)
            else:
                raw = await asyncio.wait_for(
                    self.capability_worker.send_devkit_capability_action(
                        function_name=function, args=[payload], timeout=seconds
                    ),
                    seconds + 5,
                )
        except Exception as error:
            self.note("no answer from the speaker: %s", str(type(error)))
            return self.unreachable()
        return self.read(raw, function, asked)

    async def by_local_link(self, function, payload, seconds):
        """One fixed command with one token of letters and digits: nothing that was said reaches a shell as text."""
        if not self.linked:
            self.framed = await self.is_framed()
        call = json.dumps({"function": function, "args": [payload]}).encode("ascii")
        command = "aye rpc " + base64.urlsafe_b64encode(call).decode("ascii").rstrip("=")
        if self.framed:
            command = json.dumps({"type": "command", "target": "local-link", "data": command, "timeout": seconds})
        self.linked = True
        return await asyncio.wait_for(
            self.capability_worker.exec_local_command(command, timeout=float(seconds)), seconds + 5
        )

    async def is_framed(self):
        """Whether Local Link speaks its present protocol; an older one runs each text as a command."""
        try:
            ping = json.dumps({"type": "ping"})
            return has_pong(await asyncio.wait_for(self.capability_worker.exec_local_command(ping, timeout=8.0), 10))
        except Exception as error:
            self.note("no answer to a ping: %s", str(type(error)))
            return False

    def read(self, raw, function, asked):
        """Exactly one answer of Aye's, to what was asked, or none."""
        found = found_in(raw)
        if len(found) != 1 or found[0].get("metric") != function:
            if self.transport == "local" and re.search(r"\baye: (?:command )?not found", text_of(raw)):
                return failed("not_installed", "Aye is not installed on the computer that Local Link runs on.", False)
            self.note("an answer that cannot be read, %s found", len(found))
            return self.unreachable()
        one = found[0]
        if one.get("protocol") != PROTOCOL:
            return failed("old_part", "The two parts of Aye do not fit. Its owner can press Sync Abilities.", True)
        error = one.get("error") if isinstance(one.get("error"), dict) else {}
        data = one.get("data") if isinstance(one.get("data"), dict) else {}
        if not one.get("success"):
            self.note("the service said: %s", error.get("code"))
            spoken = str(one.get("spoken_response") or "I cannot reach Aye.")
            return failed(str(error.get("code") or "broken"), spoken, error.get("sent") is not False)
        name = data.get("conversation")
        if isinstance(name, str) and not name.endswith(asked["conversation"]):
            self.note("an answer to another conversation")
            return failed("broken", "I lost the way to Aye.", True)
        return {"ok": True, "code": "", "spoken": "", "sent": True, "data": data}

    def unreachable(self):
        """No answer, or none that can be read: whether the service took the turn is not known."""
        if self.transport == "local" and not self.framed:
            return failed("no_link", "I cannot reach Aye. Its owner can look whether Local Link is running.", True)
        return failed("lost", "I lost the way to Aye.", True)

    def chosen_transport(self):
        """devkit, local, or empty where the owner wrote something else."""
        chosen = self.capability_worker.get_api_keys("aye_transport")
        chosen = chosen.strip().lower() if isinstance(chosen, str) and chosen.strip() else "devkit"
        return chosen if chosen in ("devkit", "local") else ""

    # What is said

    async def say_reply(self, data):
        """The answer; a read-back in one, with the phrase in it, and never one that a bare yes would answer."""
        text = for_ear(str(data.get("text") or ""))
        if self.expects.get("kind") != "confirm":
            await self.say(text)
            return
        phrase = plain(str(self.expects.get("phrase") or ""))
        if not phrase or phrase in PLAIN_YES:
            await self.drop_pending()
            await self.say("I cannot ask for this safely, so I do not.")
            return
        if not is_part(phrase.split(), plain(text).split()):
            text = text + " To go on, say: " + for_ear(str(self.expects["phrase"])) + "."
        # Our own voice, heard to its end, thereby never ends with the phrase.
        await self.say(text + " " + LISTENING, whole=True)

    async def say(self, text, whole=False):
        text = for_ear(text)
        for piece in [text] if whole else pieces(text):
            if piece:
                self.said = (*self.said, piece)[-12:]
                await self.capability_worker.speak(piece)
                self.said_at = asyncio.get_running_loop().time()

    async def say_guarded(self, text):
        try:
            await self.say(text)
        except Exception as error:
            self.note("could not speak: %s", str(type(error)))

    async def say_last(self, reason):
        """Why it ends, and whether a vote was cast: always."""
        await self.say_guarded((reason + " " + self.ending()).strip())

    def ending(self):
        """What is known about the votes of this talk."""
        cast = "Your vote was cast." if self.votes == 1 else f"{self.votes} votes were cast."
        if self.unknown == "vote":
            before = "" if not self.votes else cast + " "
            last = "your vote" if not self.votes else "the last one"
            return before + "I do not know whether " + last + " was cast. " + UNKNOWN
        if not self.votes:
            cast = "No vote was cast in this talk."
        if self.unknown:
            return cast + " I do not know whether what you confirmed was done. I will not send it again."
        return cast + (" What you confirmed was done." if self.acts else "")

    # What is noted

    def note(self, text, *facts):
        self.worker.editor_logging_handler.warning("Aye: " + text, *facts)

    def busy(self, seconds):
        """Tells the reminder, which shares nothing else with us, to keep quiet during a talk."""
        try:
            value = {"until": time.time() + seconds if seconds else 0}
            keys = self.capability_worker
            if value_of(keys.get_single_key(TALK_KEY)) is None:
                keys.create_key(TALK_KEY, value)
            else:
                keys.update_key(TALK_KEY, value)
        except Exception as error:
            self.note("could not keep a key: %s", str(type(error)))
