// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

// For tests: Compound's votes token, timelock and governors, written anew after the published interface and behaviour of
// https://github.com/compound-finance/compound-protocol (contracts/Governance/Comp.sol, GovernorAlpha.sol,
// GovernorBravoDelegate.sol, contracts/Timelock.sol, at a3214f6). The same signatures, events, order of checks and
// reasons; the limits of Compound's own parameters, whitelists, pending admins and the proxy are left out.

contract PriorVotes {
    string public constant name = "Compound Votes";
    string public constant symbol = "CVOTE";
    uint8 public constant decimals = 18;
    uint256 public totalSupply;

    struct Checkpoint {
        uint32 fromBlock;
        uint96 votes;
    }

    mapping(address => uint96) internal balances;
    mapping(address => address) public delegates;
    mapping(address => mapping(uint32 => Checkpoint)) public checkpoints;
    mapping(address => uint32) public numCheckpoints;

    event Transfer(address indexed from, address indexed to, uint256 amount);
    event DelegateChanged(address indexed delegator, address indexed fromDelegate, address indexed toDelegate);
    event DelegateVotesChanged(address indexed delegate, uint256 previousBalance, uint256 newBalance);

    constructor(address[] memory holders, uint256[] memory amounts) {
        for (uint256 i; i < holders.length; i++) {
            balances[holders[i]] = uint96(amounts[i]);
            totalSupply += amounts[i];
            emit Transfer(address(0), holders[i], amounts[i]);
        }
    }

    function balanceOf(address account) external view returns (uint256) {
        return balances[account];
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        balances[msg.sender] -= uint96(amount);
        balances[to] += uint96(amount);
        emit Transfer(msg.sender, to, amount);
        _move(delegates[msg.sender], delegates[to], uint96(amount));
        return true;
    }

    function delegate(address to) external {
        address from = delegates[msg.sender];
        delegates[msg.sender] = to;
        emit DelegateChanged(msg.sender, from, to);
        _move(from, to, balances[msg.sender]);
    }

    function getCurrentVotes(address account) external view returns (uint96) {
        uint32 count = numCheckpoints[account];
        return count > 0 ? checkpoints[account][count - 1].votes : 0;
    }

    function getPriorVotes(address account, uint256 blockNumber) external view returns (uint96) {
        require(blockNumber < block.number, "Comp::getPriorVotes: not yet determined");
        for (uint32 left = numCheckpoints[account]; left > 0; left--) {
            Checkpoint memory one = checkpoints[account][left - 1];
            if (one.fromBlock <= blockNumber) return one.votes;
        }
        return 0;
    }

    function _move(address from, address to, uint96 amount) internal {
        if (from == to || amount == 0) return;
        if (from != address(0)) _write(from, _last(from) - amount);
        if (to != address(0)) _write(to, _last(to) + amount);
    }

    function _last(address account) internal view returns (uint96) {
        uint32 count = numCheckpoints[account];
        return count > 0 ? checkpoints[account][count - 1].votes : 0;
    }

    function _write(address account, uint96 votes) internal {
        emit DelegateVotesChanged(account, _last(account), votes);
        uint32 count = numCheckpoints[account];
        if (count > 0 && checkpoints[account][count - 1].fromBlock == block.number) {
            checkpoints[account][count - 1].votes = votes;
        } else {
            checkpoints[account][count] = Checkpoint(uint32(block.number), votes);
            numCheckpoints[account] = count + 1;
        }
    }
}

contract CompoundTimelock {
    event CancelTransaction(bytes32 indexed txHash, address indexed target, uint256 value, string signature, bytes data, uint256 eta);
    event ExecuteTransaction(bytes32 indexed txHash, address indexed target, uint256 value, string signature, bytes data, uint256 eta);
    event QueueTransaction(bytes32 indexed txHash, address indexed target, uint256 value, string signature, bytes data, uint256 eta);
    event NewDelay(uint256 indexed newDelay);

    uint256 public constant GRACE_PERIOD = 14 days;
    address public admin;
    uint256 public delay;
    mapping(bytes32 => bool) public queuedTransactions;

    constructor(address admin_, uint256 delay_) {
        admin = admin_;
        delay = delay_;
    }

    receive() external payable {}

    /// @notice Stands for the two steps of a pending admin.
    function handOver(address to) external {
        require(msg.sender == admin, "Timelock::setPendingAdmin: First call must come from admin.");
        admin = to;
    }

    function setDelay(uint256 delay_) external {
        require(msg.sender == address(this), "Timelock::setDelay: Call must come from Timelock.");
        delay = delay_;
        emit NewDelay(delay_);
    }

    function queueTransaction(address target, uint256 value, string memory signature, bytes memory data, uint256 eta)
        external
        returns (bytes32 id)
    {
        require(msg.sender == admin, "Timelock::queueTransaction: Call must come from admin.");
        require(
            eta >= block.timestamp + delay,
            "Timelock::queueTransaction: Estimated execution block must satisfy delay."
        );
        id = keccak256(abi.encode(target, value, signature, data, eta));
        queuedTransactions[id] = true;
        emit QueueTransaction(id, target, value, signature, data, eta);
    }

    function cancelTransaction(address target, uint256 value, string memory signature, bytes memory data, uint256 eta)
        external
    {
        require(msg.sender == admin, "Timelock::cancelTransaction: Call must come from admin.");
        bytes32 id = keccak256(abi.encode(target, value, signature, data, eta));
        queuedTransactions[id] = false;
        emit CancelTransaction(id, target, value, signature, data, eta);
    }

    function executeTransaction(address target, uint256 value, string memory signature, bytes memory data, uint256 eta)
        external
        payable
        returns (bytes memory)
    {
        require(msg.sender == admin, "Timelock::executeTransaction: Call must come from admin.");
        bytes32 id = keccak256(abi.encode(target, value, signature, data, eta));
        require(queuedTransactions[id], "Timelock::executeTransaction: Transaction hasn't been queued.");
        require(
            block.timestamp >= eta, "Timelock::executeTransaction: Transaction hasn't surpassed time lock."
        );
        require(block.timestamp <= eta + GRACE_PERIOD, "Timelock::executeTransaction: Transaction is stale.");
        queuedTransactions[id] = false;
        bytes memory call =
            bytes(signature).length == 0 ? data : abi.encodePacked(bytes4(keccak256(bytes(signature))), data);
        (bool success, bytes memory answer) = target.call{value: value}(call);
        require(success, "Timelock::executeTransaction: Transaction execution reverted.");
        emit ExecuteTransaction(id, target, value, signature, data, eta);
        return answer;
    }
}

/// @notice What Alpha and Bravo share; each names itself in its reasons.
abstract contract CompoundGovernor {
    enum State {
        Pending,
        Active,
        Canceled,
        Defeated,
        Succeeded,
        Queued,
        Expired,
        Executed
    }

    struct Motion {
        address proposer;
        uint256 eta;
        address[] targets;
        uint256[] values;
        string[] signatures;
        bytes[] calldatas;
        uint256 startBlock;
        uint256 endBlock;
        uint256 forVotes;
        uint256 againstVotes;
        uint256 abstainVotes;
        bool canceled;
        bool executed;
    }

    struct Receipt {
        bool hasVoted;
        uint8 support;
        uint96 votes;
    }

    event ProposalCreated(
        uint256 id,
        address proposer,
        address[] targets,
        uint256[] values,
        string[] signatures,
        bytes[] calldatas,
        uint256 startBlock,
        uint256 endBlock,
        string description
    );
    event ProposalCanceled(uint256 id);
    event ProposalQueued(uint256 id, uint256 eta);
    event ProposalExecuted(uint256 id);

    CompoundTimelock public timelock;
    PriorVotes public comp;
    uint256 public proposalCount;
    uint256 public votingDelay;
    uint256 public votingPeriod;
    uint256 public proposalThreshold;
    uint256 public quorumVotes;
    mapping(address => uint256) public latestProposalIds;
    mapping(uint256 => Motion) internal motions;
    mapping(uint256 => mapping(address => Receipt)) internal receipts;

    constructor(CompoundTimelock timelock_, PriorVotes comp_, uint256 delay_, uint256 period_, uint256 threshold_, uint256 quorum_) {
        timelock = timelock_;
        comp = comp_;
        votingDelay = delay_;
        votingPeriod = period_;
        proposalThreshold = threshold_;
        quorumVotes = quorum_;
    }

    function propose(
        address[] memory targets,
        uint256[] memory values,
        string[] memory signatures,
        bytes[] memory calldatas,
        string memory description
    ) external returns (uint256 id) {
        require(
            comp.getPriorVotes(msg.sender, block.number - 1) > proposalThreshold,
            _reason("propose: proposer votes below proposal threshold")
        );
        require(
            targets.length == values.length && targets.length == signatures.length
                && targets.length == calldatas.length,
            _reason("propose: proposal function information arity mismatch")
        );
        require(targets.length != 0, _reason("propose: must provide actions"));
        id = latestProposalIds[msg.sender];
        if (id != 0) {
            State latest = state(id);
            require(
                latest != State.Active,
                _reason("propose: one live proposal per proposer, found an already active proposal")
            );
            require(
                latest != State.Pending,
                _reason("propose: one live proposal per proposer, found an already pending proposal")
            );
        }
        id = ++proposalCount;
        Motion storage one = motions[id];
        one.proposer = msg.sender;
        one.targets = targets;
        one.values = values;
        one.signatures = signatures;
        one.calldatas = calldatas;
        one.startBlock = block.number + votingDelay;
        one.endBlock = one.startBlock + votingPeriod;
        latestProposalIds[msg.sender] = id;
        emit ProposalCreated(
            id, msg.sender, targets, values, signatures, calldatas, one.startBlock, one.endBlock, description
        );
    }

    function queue(uint256 id) external {
        require(state(id) == State.Succeeded, _reason("queue: proposal can only be queued if it is succeeded"));
        Motion storage one = motions[id];
        uint256 eta = block.timestamp + timelock.delay();
        for (uint256 i; i < one.targets.length; i++) {
            require(
                !timelock.queuedTransactions(
                    keccak256(abi.encode(one.targets[i], one.values[i], one.signatures[i], one.calldatas[i], eta))
                ),
                _reason("queueOrRevert: identical proposal action already queued at eta")
            );
            timelock.queueTransaction(one.targets[i], one.values[i], one.signatures[i], one.calldatas[i], eta);
        }
        one.eta = eta;
        emit ProposalQueued(id, eta);
    }

    function execute(uint256 id) external payable {
        require(state(id) == State.Queued, _reason("execute: proposal can only be executed if it is queued"));
        Motion storage one = motions[id];
        one.executed = true;
        for (uint256 i; i < one.targets.length; i++) {
            timelock.executeTransaction{value: one.values[i]}(
                one.targets[i], one.values[i], one.signatures[i], one.calldatas[i], one.eta
            );
        }
        emit ProposalExecuted(id);
    }

    function cancel(uint256 id) external {
        require(state(id) != State.Executed, _reason("cancel: cannot cancel executed proposal"));
        Motion storage one = motions[id];
        require(
            _mayCancel(one) || comp.getPriorVotes(one.proposer, block.number - 1) < proposalThreshold,
            _reason("cancel: proposer above threshold")
        );
        one.canceled = true;
        for (uint256 i; i < one.targets.length; i++) {
            timelock.cancelTransaction(
                one.targets[i], one.values[i], one.signatures[i], one.calldatas[i], one.eta
            );
        }
        emit ProposalCanceled(id);
    }

    function state(uint256 id) public view returns (State) {
        require(proposalCount >= id && id > _firstId(), _reason("state: invalid proposal id"));
        Motion storage one = motions[id];
        if (one.canceled) return State.Canceled;
        if (block.number <= one.startBlock) return State.Pending;
        if (block.number <= one.endBlock) return State.Active;
        if (one.forVotes <= one.againstVotes || one.forVotes < quorumVotes) return State.Defeated;
        if (one.eta == 0) return State.Succeeded;
        if (one.executed) return State.Executed;
        if (block.timestamp >= one.eta + timelock.GRACE_PERIOD()) return State.Expired;
        return State.Queued;
    }

    function getActions(uint256 id)
        external
        view
        returns (address[] memory, uint256[] memory, string[] memory, bytes[] memory)
    {
        Motion storage one = motions[id];
        return (one.targets, one.values, one.signatures, one.calldatas);
    }

    function _cast(address voter, uint256 id, uint8 support) internal returns (uint96 votes) {
        require(state(id) == State.Active, _reason("castVoteInternal: voting is closed"));
        require(support <= 2, _reason("castVoteInternal: invalid vote type"));
        require(!receipts[id][voter].hasVoted, _reason("castVoteInternal: voter already voted"));
        Motion storage one = motions[id];
        votes = comp.getPriorVotes(voter, one.startBlock);
        if (support == 0) one.againstVotes += votes;
        if (support == 1) one.forVotes += votes;
        if (support == 2) one.abstainVotes += votes;
        receipts[id][voter] = Receipt(true, support, votes);
    }

    function _signer(bytes32 ballot, uint8 v, bytes32 r, bytes32 s, string memory called) internal view returns (address voter) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(called)),
                block.chainid,
                address(this)
            )
        );
        voter = ecrecover(keccak256(abi.encodePacked("\x19\x01", domain, ballot)), v, r, s);
        require(voter != address(0), _reason("castVoteBySig: invalid signature"));
    }

    function _firstId() internal view virtual returns (uint256);
    function _mayCancel(Motion storage one) internal view virtual returns (bool);
    function _reason(string memory what) internal pure virtual returns (string memory);
}

contract Bravo is CompoundGovernor {
    string public constant name = "Compound Governor Bravo";
    bytes32 public constant BALLOT_TYPEHASH = keccak256("Ballot(uint256 proposalId,uint8 support)");
    address public admin;
    uint256 public initialProposalId;

    event VoteCast(address indexed voter, uint256 proposalId, uint8 support, uint256 votes, string reason);

    constructor(
        CompoundTimelock timelock_,
        PriorVotes comp_,
        uint256 delay_,
        uint256 period_,
        uint256 threshold_,
        uint256 quorum_,
        uint256 initial
    ) CompoundGovernor(timelock_, comp_, delay_, period_, threshold_, quorum_) {
        admin = address(timelock_);
        initialProposalId = proposalCount = initial;
    }

    function proposals(uint256 id)
        external
        view
        returns (uint256, address, uint256, uint256, uint256, uint256, uint256, uint256, bool, bool)
    {
        Motion storage one = motions[id];
        return (
            one.proposer == address(0) ? 0 : id,
            one.proposer,
            one.eta,
            one.startBlock,
            one.endBlock,
            one.forVotes,
            one.againstVotes,
            one.abstainVotes,
            one.canceled,
            one.executed
        );
    }

    function getReceipt(uint256 id, address voter) external view returns (Receipt memory) {
        return receipts[id][voter];
    }

    function castVote(uint256 id, uint8 support) external {
        emit VoteCast(msg.sender, id, support, _cast(msg.sender, id, support), "");
    }

    function castVoteWithReason(uint256 id, uint8 support, string calldata reason) external {
        emit VoteCast(msg.sender, id, support, _cast(msg.sender, id, support), reason);
    }

    function castVoteBySig(uint256 id, uint8 support, uint8 v, bytes32 r, bytes32 s) external {
        address voter = _signer(keccak256(abi.encode(BALLOT_TYPEHASH, id, support)), v, r, s, name);
        emit VoteCast(voter, id, support, _cast(voter, id, support), "");
    }

    function _setVotingPeriod(uint256 period) external {
        require(msg.sender == admin, "GovernorBravo::_setVotingPeriod: admin only");
        votingPeriod = period;
    }

    function _firstId() internal view override returns (uint256) {
        return initialProposalId;
    }

    function _mayCancel(Motion storage one) internal view override returns (bool) {
        return msg.sender == one.proposer;
    }

    function _reason(string memory what) internal pure override returns (string memory) {
        return string.concat("GovernorBravo::", what);
    }
}

contract Alpha is CompoundGovernor {
    string public constant name = "Compound Governor Alpha";
    bytes32 public constant BALLOT_TYPEHASH = keccak256("Ballot(uint256 proposalId,bool support)");
    address public guardian;

    struct AlphaReceipt {
        bool hasVoted;
        bool support;
        uint96 votes;
    }

    event VoteCast(address voter, uint256 proposalId, bool support, uint256 votes);

    constructor(
        CompoundTimelock timelock_,
        PriorVotes comp_,
        uint256 delay_,
        uint256 period_,
        uint256 threshold_,
        uint256 quorum_,
        address guardian_
    ) CompoundGovernor(timelock_, comp_, delay_, period_, threshold_, quorum_) {
        guardian = guardian_;
    }

    function proposals(uint256 id)
        external
        view
        returns (uint256, address, uint256, uint256, uint256, uint256, uint256, bool, bool)
    {
        Motion storage one = motions[id];
        return (
            one.proposer == address(0) ? 0 : id,
            one.proposer,
            one.eta,
            one.startBlock,
            one.endBlock,
            one.forVotes,
            one.againstVotes,
            one.canceled,
            one.executed
        );
    }

    function getReceipt(uint256 id, address voter) external view returns (AlphaReceipt memory) {
        Receipt memory one = receipts[id][voter];
        return AlphaReceipt(one.hasVoted, one.support == 1, one.votes);
    }

    function castVote(uint256 id, bool support) external {
        emit VoteCast(msg.sender, id, support, _cast(msg.sender, id, support ? 1 : 0));
    }

    function castVoteBySig(uint256 id, bool support, uint8 v, bytes32 r, bytes32 s) external {
        address voter = _signer(keccak256(abi.encode(BALLOT_TYPEHASH, id, support)), v, r, s, name);
        emit VoteCast(voter, id, support, _cast(voter, id, support ? 1 : 0));
    }

    function _firstId() internal pure override returns (uint256) {
        return 0;
    }

    function _mayCancel(Motion storage) internal view override returns (bool) {
        return msg.sender == guardian;
    }

    function _reason(string memory what) internal pure override returns (string memory) {
        return string.concat("GovernorAlpha::", what);
    }
}

/// @notice Nouns draws its pictures elsewhere: what its token asks of it, answered with the first of each.
contract OnePicture {
    struct Seed {
        uint48 background;
        uint48 body;
        uint48 accessory;
        uint48 head;
        uint48 glasses;
    }

    function generateSeed(uint256, address) external pure returns (Seed memory) {
        return Seed(0, 0, 0, 0, 0);
    }
}
